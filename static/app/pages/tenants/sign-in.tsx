/* Sign-in for the operator of the service. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError } from '../../api/client';
import { presentPlatformCode, signInPlatform } from '../../api/session';
import { to } from '../../routes';
import { Brand } from '../../shell/frame';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { CodeStep } from '../sessions/code-step';
import '../sessions/sessions.css';

export default function PlatformSignIn() {
  const { route } = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  const [waiting, setWaiting] = useState(false);

  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      if (await signInPlatform(email, password)) route(to.tenants(), true);
      else setWaiting(true);
    } catch (e) {
      const wrong = e instanceof ApiError && e.code === 'bad_login';
      setError(wrong ? 'E-mail or password is wrong.' : (e as Error).message);
    }
    setBusy(false);
  };

  if (waiting)
    return (
      <main class="sign-in">
        <Brand href="/platform/sign-in" />
        <CodeStep
          operator
          present={async (code) => {
            await presentPlatformCode(code);
            route(to.tenants(), true);
          }}
          onBack={(why) => {
            setWaiting(false);
            setPassword('');
            setError(why?.message ?? '');
          }}
        />
      </main>
    );
  return (
    <main class="sign-in">
      <Brand href="/platform/sign-in" />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1>Operator sign-in</h1>
        <p class="hint">
          For those who run this service. Tenants <a href={to.signIn()}>sign in here</a>.
        </p>
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        <TextField
          label="E-mail"
          name="email"
          type="email"
          value={email}
          onChange={setEmail}
          required
          autocomplete="username"
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          value={password}
          required
          onChange={setPassword}
          autocomplete="current-password"
        />
        <Button type="submit" kind="main" busy={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
