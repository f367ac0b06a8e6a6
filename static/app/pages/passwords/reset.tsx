/* Choosing a new password by a link. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { session } from '../../api/session';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Loading } from '../../ui/states';
import { Alone } from '../sessions/alone';
import { useToken } from '../sessions/token';

export default function Reset() {
  const token = useToken();
  const [found, setFound] = useState<Reply<'POST /password-resets/look'>>();
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  useEffect(() => {
    setFound(undefined);
    setError(undefined);
    api('POST /password-resets/look', { body: { token } }).then(setFound, setError);
  }, [token]);

  const set = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await api('POST /password-resets/use', { body: { token, password } });
      session.value = null;
      setDone(true);
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  const lost = error?.code === 'gone';
  return (
    <Alone title="New password">
      {error && !error.fields.password && (
        <p class="form-error" role="alert">
          {error.message}
        </p>
      )}
      {lost && <LinkButton href={to.forgot()}>Ask for a new link</LinkButton>}
      {!found && !error && <Loading rows={2} label="Loading whose password it is" />}
      {done && (
        <>
          <p role="status">The new password holds, and every device was signed out.</p>
          <LinkButton kind="main" href={to.signIn()}>
            Sign in
          </LinkButton>
        </>
      )}
      {found && !done && !lost && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void set();
          }}
        >
          <p>
            For {found.name}, who signs in as <strong>{found.sign_in}</strong>.
          </p>
          <span class="away" aria-hidden="true">
            <input
              name="username"
              autocomplete="username"
              value={found.sign_in}
              tabIndex={-1}
              readOnly
            />
          </span>
          <TextField
            label="New password"
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
            Set the password
          </Button>
        </form>
      )}
    </Alone>
  );
}
