/* Sign-in, and the choice of tenant for people who belong to several. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError } from '../../api/client';
import { chooseTenant, expired, presentCode, session, signIn, signOut } from '../../api/session';
import { to } from '../../routes';
import { Brand } from '../../shell/frame';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Icon } from '../../ui/icon';
import { ProviderButton, ProviderReturn } from '../oidc/offer';
import { CodeStep } from './code-step';
import './sessions.css';

/** Only a path of our own: an address elsewhere after sign-in would be a trap. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : to.calls();
}

export default function SignIn() {
  const { query, route } = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const choosing = session.value && !session.value.tenant;

  const attempt = async (act: () => Promise<{ tenant: unknown } | null>) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const next = await act();
      setWaiting(!next);
      if (next?.tenant) route(safeNext(query.next), true);
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };

  return (
    <main class="sign-in">
      <Brand href="/sign-in" />
      {choosing ? (
        <Choose choose={(id) => void attempt(() => chooseTenant(id))} error={error} />
      ) : waiting ? (
        <CodeStep
          present={async (code) => {
            const next = await presentCode(code);
            setWaiting(false);
            if (next.tenant) route(safeNext(query.next), true);
          }}
          onBack={(why) => {
            setWaiting(false);
            setPassword('');
            setError(why);
          }}
        />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void attempt(() => signIn(email, password));
          }}
        >
          <h1>Sign in</h1>
          <ProviderReturn />
          {expired.value && !error && (
            <p class="hint" role="status">
              Your session has ended. Sign in to continue where you were.
            </p>
          )}
          {error && (
            <p class="form-error" role="alert">
              {sentence(error)}
            </p>
          )}
          <TextField
            label="E-mail or user name"
            name="email"
            type="email"
            value={email}
            onChange={setEmail}
            required
            autocomplete="username"
            error={error?.fields.email}
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            value={password}
            required
            onChange={setPassword}
            autocomplete="current-password"
            error={error?.fields.password}
          />
          <Button type="submit" kind="main" busy={busy}>
            {busy ? 'Signing in' : 'Sign in'}
          </Button>
          <ProviderButton email={email} />
          <p class="forgot">
            <a href={to.forgot()}>Forgot password?</a>
          </p>
        </form>
      )}
    </main>
  );
}

function sentence(error: ApiError): string {
  if (error.code === 'bad_login') return 'E-mail or password is wrong.';
  return error.message;
}

function Choose({ choose, error }: { choose: (id: string) => void; error: ApiError | undefined }) {
  const memberships = session.value?.memberships ?? [];
  return (
    <section class="choose">
      <h1>Where to?</h1>
      {error && (
        <p class="form-error" role="alert">
          {error.message}
        </p>
      )}
      {memberships.length === 0 && (
        <p>Your account belongs to no tenant. Ask an admin to invite you.</p>
      )}
      <ul>
        {memberships.map((m) => (
          <li key={m.tenant_id}>
            <button type="button" onClick={() => choose(m.tenant_id)}>
              <span>
                <strong>{m.name}</strong>
                <span class="note">{m.role}</span>
              </span>
              <Icon name="right" />
            </button>
          </li>
        ))}
      </ul>
      <Button kind="quiet" onClick={() => void signOut()}>
        Sign in as somebody else
      </Button>
    </section>
  );
}
