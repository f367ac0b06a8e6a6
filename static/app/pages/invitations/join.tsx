/* Accepting an invitation by its link: a new account, or the one that has the address already. The secret
 * stands behind #, which browsers send to nobody. */
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api, type Reply } from '../../api/client';
import { chooseTenant, presentCode, session, signIn, signOut } from '../../api/session';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Loading } from '../../ui/states';
import { Alone } from '../sessions/alone';
import { CodeStep } from '../sessions/code-step';
import { tokenOf, useToken } from '../sessions/token';

type Invitation = Reply<'POST /join/look'>;

export default function Join() {
  const token = useToken();
  const [found, setFound] = useState<Invitation>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    setFound(undefined);
    setError(undefined);
    api('POST /join/look', { body: { token } }).then(setFound, setError);
  }, [token]);

  if (error)
    return (
      <Alone title="Invitation">
        <p class="form-error" role="alert">
          {error.message}
        </p>
        <LinkButton href={to.signIn()}>Go to the sign-in</LinkButton>
      </Alone>
    );
  if (!found)
    return (
      <Alone title="Invitation">
        <Loading rows={3} label="Loading the invitation" />
      </Alone>
    );
  return (
    <Alone title={`Join ${found.tenant}`}>
      <p>
        {found.by} invites you, as {found.role}.
      </p>
      {found.known ? <Known of={found} /> : <Fresh of={found} />}
    </Alone>
  );
}

/** Runs `act`; what it refuses is shown by the form. */
function useAttempt() {
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const attempt = async (act: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await act();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  return { error, busy, attempt };
}

function Wrong({ error }: { error: ApiError | undefined }) {
  if (!error || Object.keys(error.fields).length) return null;
  return (
    <p class="form-error" role="alert">
      {error.code === 'bad_login' ? 'The password is wrong.' : error.message}
    </p>
  );
}

function Fresh({ of }: { of: Invitation }) {
  const { route } = useLocation();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { error, busy, attempt } = useAttempt();
  const accept = () =>
    attempt(async () => {
      await api('POST /join', { body: { token: tokenOf(), name, password } });
      await signIn(of.sign_in, password);
      route(to.calls(), true);
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void accept();
      }}
    >
      <Wrong error={error} />
      <p>
        You will sign in as <strong>{of.sign_in}</strong>.
      </p>
      <span class="away" aria-hidden="true">
        <input name="username" autocomplete="username" value={of.sign_in} tabIndex={-1} readOnly />
      </span>
      <TextField
        label="Your name"
        name="name"
        required
        value={name}
        onChange={setName}
        autocomplete="name"
        error={error?.fields.name}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        required
        value={password}
        onChange={setPassword}
        autocomplete="new-password"
        error={error?.fields.password}
        help="At least 8 characters, any you like."
      />
      <Button type="submit" kind="main" busy={busy}>
        Join
      </Button>
    </form>
  );
}

function Known({ of }: { of: Invitation }) {
  const { route } = useLocation();
  const [password, setPassword] = useState('');
  const [waiting, setWaiting] = useState(false);
  const { error, busy, attempt } = useAttempt();
  const now = session.value;
  const self = now?.user.email === of.sign_in;
  const accept = () =>
    attempt(async () => {
      if (!self && !(await signIn(of.sign_in, password))) return setWaiting(true);
      await join();
    });
  const join = async () => {
    const joined = await api('POST /join/account', { body: { token: tokenOf() } });
    await chooseTenant(joined.tenant_id);
    route(to.calls(), true);
  };
  if (waiting)
    return (
      <CodeStep
        present={async (code) => {
          await presentCode(code);
          setWaiting(false);
          await attempt(join);
        }}
        onBack={() => setWaiting(false)}
      />
    );
  if (now && !self)
    return (
      <>
        <p>
          The invitation is for <strong>{of.sign_in}</strong>, and you are signed in as{' '}
          {now.user.email}.
        </p>
        <Button onClick={() => void signOut()}>Sign out</Button>
      </>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void accept();
      }}
    >
      <Wrong error={error} />
      <p>
        You have an account already: <strong>{of.sign_in}</strong>.
      </p>
      {!self && (
        <TextField
          label="Password"
          name="password"
          type="password"
          required
          value={password}
          onChange={setPassword}
          autocomplete="current-password"
          error={error?.fields.password}
        />
      )}
      <Button type="submit" kind="main" busy={busy}>
        {self ? 'Join' : 'Sign in and join'}
      </Button>
    </form>
  );
}
