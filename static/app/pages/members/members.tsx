/* The people of the tenant, and those invited who have not come yet. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api, type Item } from '../../api/client';
import { refusalFor, session, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { dateOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { InvitationsPanel } from './invitations-panel';
import { InviteDialog } from './invite-dialog';
import { LinkDialog, type HandOver } from './link-dialog';
import { RoleOfMember } from './role-of-member';
import { LostDialog } from '../factors/lost-dialog';
import './members.css';

type Member = Item<'GET /members'>;

export default function Members() {
  const { query } = useLocation();
  const list = useApi('GET /members', { query: { limit: 50, cursor: query.cursor } }, true);
  const invitations = useApi('GET /invitations', { query: { limit: 100 } }, true);
  const paging = usePaging(list.data?.next);
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<HandOver>();
  const [asking, setAsking] = useState('');
  const [changing, setChanging] = useState<Member>();
  const [leaving, setLeaving] = useState<Member>();
  const [lost, setLost] = useState<Member>();
  const [sending, setSending] = useState<Member>();
  const why = refusalFor('people.write');

  const passwordLink = async (member: Member) => {
    setAsking(member.id);
    try {
      const made = await api('POST /members/{}/password-link', { at: [member.id] });
      setLink({ kind: 'password', who: member.name, link: made.link, until: made.expires_at });
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setAsking('');
  };

  const remove = async (member: Member) => {
    setAsking(member.id);
    try {
      await api('DELETE /members/{}', { at: [member.id] });
      toast(`${member.name} is no member any more.`);
      list.reload();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setAsking('');
    setLeaving(undefined);
  };

  const signOut = async (member: Member) => {
    setAsking(member.id);
    try {
      const { ended } = await api('POST /members/{}/sessions/end', { at: [member.id] });
      toast(
        ended
          ? `${member.name} is signed out: ${ended} session${ended === 1 ? '' : 's'} ended.`
          : `${member.name} was not signed in here.`,
      );
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setAsking('');
    setSending(undefined);
  };

  const columns: Column<Member>[] = [
    { key: 'name', label: 'Name', phone: 'lead', show: (m) => <strong>{m.name}</strong> },
    { key: 'email', label: 'Signs in as', show: (m) => m.email },
    { key: 'role', label: 'Role', phone: 'end', show: (m) => m.role_name },
    {
      key: 'factor',
      label: 'Second factor',
      phone: 'off',
      show: (m) => (m.second_factor ? 'On' : 'None'),
    },
    { key: 'since', label: 'Since', phone: 'off', show: (m) => dateOf(m.created_at, zone.value) },
    {
      key: 'act',
      label: 'Actions',
      class: 'acts',
      show: (m) => (
        <>
          {m.by_user_name && (
            <Button
              kind="quiet"
              why={why}
              busy={asking === m.id}
              label={`New password link for ${m.name}`}
              onClick={() => void passwordLink(m)}
            >
              New password link
            </Button>
          )}
          <Button
            kind="quiet"
            why={why}
            label={`Change the role of ${m.name}`}
            onClick={() => setChanging(m)}
          >
            Role
          </Button>
          {m.second_factor && m.account_id !== session.value?.user.id && (
            <Button
              kind="quiet"
              why={why}
              label={`Lost phone: remove the second factor of ${m.name}`}
              onClick={() => setLost(m)}
            >
              Lost phone
            </Button>
          )}
          {m.account_id !== session.value?.user.id && (
            <Button
              kind="quiet"
              why={why}
              label={`Sign out ${m.name}`}
              onClick={() => setSending(m)}
            >
              Sign out
            </Button>
          )}
          <Button kind="quiet" why={why} label={`Remove ${m.name}`} onClick={() => setLeaving(m)}>
            Remove
          </Button>
        </>
      ),
    },
  ];

  return (
    <Page
      title="Members"
      actions={
        <>
          <LinkButton href={to.roles()}>Roles</LinkButton>
          <Button kind="main" why={why} onClick={() => setInviting(true)}>
            Invite
          </Button>
        </>
      }
    >
      <InvitationsPanel list={invitations} onLink={setLink} />
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading members" />
      ) : (
        <Panel title="Members">
          <DataTable label="Members" rows={list.data.items} columns={columns} />
        </Panel>
      )}
      <Pager newer={paging.newer} older={paging.older} />
      {inviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          done={(handOver) => {
            setInviting(false);
            setLink(handOver);
            invitations.reload();
          }}
        />
      )}
      {changing && (
        <RoleOfMember
          of={changing}
          onClose={() => setChanging(undefined)}
          done={() => {
            setChanging(undefined);
            list.reload();
          }}
        />
      )}
      {lost && (
        <LostDialog
          of={lost}
          onClose={() => setLost(undefined)}
          done={() => {
            setLost(undefined);
            list.reload();
          }}
        />
      )}
      {leaving && (
        <Confirm
          title={`Remove ${leaving.name}?`}
          text="They are signed out within a second and see nothing of this company any more. What they did stays; the account itself does too, for other companies it belongs to."
          action="Remove"
          busy={asking === leaving.id}
          onYes={() => void remove(leaving)}
          onClose={() => setLeaving(undefined)}
        />
      )}
      {sending && (
        <Confirm
          title={`Sign ${sending.name} out?`}
          text="Every session of theirs in this company ends within a second, on all devices. They can sign in again; remove them to keep them out."
          action="Sign out"
          busy={asking === sending.id}
          onYes={() => void signOut(sending)}
          onClose={() => setSending(undefined)}
        />
      )}
      {link && <LinkDialog of={link} onClose={() => setLink(undefined)} />}
    </Page>
  );
}
