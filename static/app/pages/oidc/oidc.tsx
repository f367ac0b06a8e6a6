/* The provider by which people of this tenant sign in: what to enter there, what to enter here, whether it works. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { refusalFor, session, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { usePoll } from '../../api/use-poll';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { CopyField } from '../../ui/copy';
import { AreaField, SelectField, TextField } from '../../ui/field';
import { whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import './oidc.css';

type Settings = Reply<'GET /oidc'>;

const endings: Record<Settings['revocation'], string> = {
  unknown: 'How sessions end is known once the provider was reached.',
  told: 'The provider tells of sign-outs; the sessions here end at once.',
  both: 'The provider can tell of sign-outs: enter the sign-out address there. Until it has done so once, it is asked every 15 minutes.',
  asked:
    'The provider is asked every 15 minutes whether it still knows the people who are signed in, if it gives refresh tokens.',
};

/** "group = role" lines, and back. */
const readGroups = (text: string) =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean)
    .map((l) => {
      const at = l.lastIndexOf('=');
      return { group: l.slice(0, at < 0 ? 0 : at).trim(), role: l.slice(at + 1).trim() };
    });

const draftOf = (s: Settings) => ({
  name: s.name,
  issuer: s.issuer,
  client_id: s.client_id,
  client_secret: '',
  domains: s.domains.join(' '),
  default_role: s.default_role,
  group_claim: s.group_claim,
  groups: s.group_roles.map((g) => `${g.group} = ${g.role}`).join('\n'),
  make_members: s.make_members,
  only_way: s.only_way,
});
type Draft = ReturnType<typeof draftOf>;

export default function Oidc() {
  const now = useApi('GET /oidc', {}, true);
  return (
    <Page
      title="Sign-in by provider"
      class="oidc"
      above={{ href: to.settings(), label: 'Settings' }}
    >
      {now.error ? (
        <Failed error={now.error} retry={now.reload} />
      ) : !now.data ? (
        <Loading rows={6} label="Loading the provider" />
      ) : (
        <>
          <State of={now.data} reload={now.reload} />
          <Form of={now.data} reload={now.reload} />
        </>
      )}
    </Page>
  );
}

function State({ of, reload }: { of: Settings; reload: () => void }) {
  const why = refusalFor('people.write') ?? (of.version ? undefined : 'Save the settings first.');
  const [asked, setAsked] = useState(false);
  const waiting = of.version > 0 && (!of.checked_at || asked);
  useEffect(() => setAsked(false), [of.checked_at]);
  usePoll(1500, () => waiting && reload());
  const test = async () => {
    try {
      await api('POST /oidc/test');
      setAsked(true);
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  return (
    <Panel
      title={of.active ? 'On' : 'Off'}
      side={
        <Button why={why} busy={waiting} onClick={() => void test()}>
          Test
        </Button>
      }
    >
      <div class="part form">
        {of.version === 0 ? (
          <p class="note">
            People can sign in by a provider of yours that speaks OpenID Connect, such as Keycloak,
            Okta or Google. Enter these addresses there first.
          </p>
        ) : waiting ? (
          <p role="status">The provider is being asked.</p>
        ) : of.fault ? (
          <p class="form-error" role="status">
            {of.fault}
          </p>
        ) : (
          <p role="status">The provider answers, and takes client id and secret.</p>
        )}
        {of.checked_at && !waiting && (
          <p class="note">Asked {whenOf(of.checked_at, zone.value)}.</p>
        )}
        {of.redirect_uris.map((uri, n) => (
          <div class="field" key={uri}>
            <span>{n ? 'Redirect address of your own host' : 'Redirect address'}</span>
            <CopyField
              value={uri}
              label={n ? 'Redirect address of your own host' : 'Redirect address'}
            />
          </div>
        ))}
        <div class="field">
          <span>Sign-out address (back-channel logout)</span>
          <CopyField value={of.logout_uri} label="Sign-out address" />
        </div>
        {of.version > 0 && <p class="note">{endings[of.revocation]}</p>}
        {of.version > 0 && !of.by_owner && (
          <p class="note">
            An admin saved these settings, so owners sign in by password until an owner has saved
            them.
          </p>
        )}
      </div>
    </Panel>
  );
}

function Form({ of, reload }: { of: Settings; reload: () => void }) {
  const why = refusalFor('people.write');
  const [draft, setDraft] = useState<Draft>(draftOf(of));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const roles = useApi('GET /invitation-choices');
  useEffect(() => setDraft(draftOf(of)), [of.version]);
  const text = (key: keyof Draft) => ({
    name: key === 'groups' ? 'group_roles' : key,
    value: String(draft[key]),
    onChange: (value: string) => setDraft((d) => ({ ...d, [key]: value })),
    error: error?.fields[key === 'groups' ? 'group_roles' : key],
  });
  const save = async (active: boolean) => {
    const { groups, domains, client_secret, ...rest } = draft;
    setBusy(true);
    setError(undefined);
    try {
      await api('PUT /oidc', {
        version: of.version,
        body: {
          ...rest,
          active,
          ...(client_secret ? { client_secret } : {}),
          domains: domains.split(/[\s,]+/).filter(Boolean) as never,
          group_roles: readGroups(groups) as never,
        },
      });
      toast(active ? 'Saved. The sign-in page offers it.' : 'Saved. It is off.');
      reload();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
    setBusy(false);
  };
  const check = (key: 'make_members' | 'only_way', label: string, help: string) => (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={draft[key]}
          onChange={() => setDraft((d) => ({ ...d, [key]: !d[key] }))}
        />
        {label}
      </label>
      <p class="field-help">{help}</p>
    </div>
  );
  const choices = (roles.data?.roles ?? []).filter((r) => r.slug !== 'owner' && r.may_give);
  return (
    <Panel title="Settings">
      <form
        class="part form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(true);
        }}
      >
        {error && !Object.keys(error.fields).length && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        <TextField
          label="Name"
          required
          {...text('name')}
          help="The button says: Sign in with this name."
        />
        <TextField
          label="Issuer"
          type="url"
          required
          {...text('issuer')}
          help="As the provider's discovery document has it, such as https://id.example.com/realms/house."
        />
        <TextField label="Client id" required {...text('client_id')} />
        <TextField
          label="Client secret"
          type="password"
          autocomplete="new-password"
          {...text('client_secret')}
          help={
            of.secret_set
              ? 'One is stored, and is not shown. Empty: it stays.'
              : 'Stored sealed, and never shown again.'
          }
        />
        <TextField
          label="E-mail domains"
          required
          {...text('domains')}
          help="Parted by blanks. Only verified addresses of these can sign in by it."
        />
        <SelectField
          label="Role of new members"
          required
          {...text('default_role')}
          choices={
            choices.length
              ? choices.map((r) => ({ value: r.slug, label: r.name }))
              : [{ value: draft.default_role, label: draft.default_role }]
          }
        />
        <TextField
          label="Claim with groups"
          {...text('group_claim')}
          help="Such as groups. Empty: the provider's groups count for nothing."
        />
        <AreaField
          label="Roles by group"
          rows={3}
          {...text('groups')}
          help={`One a line, group = role; the first that fits counts, at each sign-in. Roles: ${choices.map((r) => r.slug).join(', ') || 'none to give'}. Owners stay owners.`}
        />
        {check(
          'make_members',
          'Whoever signs in becomes a member',
          'Off: only people who were invited before can sign in by it.',
        )}
        {check(
          'only_way',
          'The only way in',
          'Members with addresses of these domains cannot sign in by password. Owners always can.',
        )}
        <div class="actions">
          <Button type="submit" kind="main" why={why} busy={busy}>
            {of.version === 0 || !of.active ? 'Switch on' : 'Save'}
          </Button>
          {of.active && (
            <Button why={why} onClick={() => void save(false)}>
              Switch off
            </Button>
          )}
        </div>
        {session.value?.role !== 'owner' && !why && (
          <p class="note">
            Whoever may do more than you signs in by password until an owner saves this.
          </p>
        )}
      </form>
    </Panel>
  );
}
