/* Open invitations: whether the mail went out, sending again, withdrawing. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item, type Reply } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { Loaded } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import type { HandOver } from './link-dialog';

type Invitation = Item<'GET /invitations'>;

/** What became of it so far, as a sentence. */
function stateOf(i: Invitation) {
  if (i.expired) return <span class="bad-ink">The link is too old. Send it again.</span>;
  const until = `Holds until ${whenOf(i.expires_at, zone.value)}`;
  if (!i.by_mail) return `Link handed over. ${until}.`;
  if (i.mail_state === 'failed')
    return <span class="bad-ink">The mail was not taken. {i.mail_reason}</span>;
  if (i.mail_state === 'sent') return `Mail sent. ${until}.`;
  return 'The mail is on its way.';
}

export function InvitationsPanel({
  list,
  onLink,
}: {
  list: Loaded<Reply<'GET /invitations'>>;
  onLink: (link: HandOver) => void;
}) {
  const [busy, setBusy] = useState('');
  const [leaving, setLeaving] = useState<Invitation>();
  const why = refusalFor('people.write');

  const act = async (i: Invitation, what: () => Promise<void>) => {
    setBusy(i.id);
    try {
      await what();
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy('');
    list.reload();
  };
  const renew = (i: Invitation) =>
    act(i, async () => {
      const made = await api('POST /invitations/{}/renew', { at: [i.id] });
      if (made.link)
        onLink({ kind: 'invitation', who: i.sign_in, link: made.link, until: made.expires_at });
      else toast(`Sent again to ${i.sign_in}. The link before does not work any more.`);
    });
  const withdraw = (i: Invitation) =>
    act(i, async () => {
      setLeaving(undefined);
      await api('DELETE /invitations/{}', { at: [i.id] });
      toast(`The invitation of ${i.sign_in} is withdrawn.`);
    });

  const columns: Column<Invitation>[] = [
    { key: 'who', label: 'Invited', phone: 'lead', show: (i) => <strong>{i.sign_in}</strong> },
    { key: 'role', label: 'Role', phone: 'end', show: (i) => i.role_name },
    { key: 'by', label: 'By', class: 'invited-by', phone: 'off', show: (i) => i.by_name },
    { key: 'state', label: 'State', class: 'invited-state', show: stateOf },
    {
      key: 'acts',
      label: 'Actions',
      class: 'acts',
      show: (i) => (
        <>
          <Button kind="quiet" why={why} busy={busy === i.id} onClick={() => void renew(i)}>
            {i.by_mail ? 'Send again' : 'New link'}
          </Button>
          <Button kind="quiet" why={why} onClick={() => setLeaving(i)}>
            Withdraw
          </Button>
        </>
      ),
    },
  ];

  if (list.error) return <Failed error={list.error} retry={list.reload} />;
  if (!list.data?.items.length) return null;
  return (
    <Panel title="Invited">
      <DataTable label="Invited" rows={list.data.items} columns={columns} />
      {leaving && (
        <Confirm
          title="Withdraw the invitation?"
          text={`The link for ${leaving.sign_in} ends at once.`}
          action="Withdraw"
          onYes={() => void withdraw(leaving)}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </Panel>
  );
}
