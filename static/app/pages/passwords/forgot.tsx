/* Asking for a new password by mail. The page says the same whatever address is given. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Failed, Loading } from '../../ui/states';
import { Alone } from '../sessions/alone';

export default function Forgot() {
  const offer = useApi('GET /password-resets');
  const [email, setEmail] = useState('');
  const [asked, setAsked] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await api('POST /password-resets', { body: { email } });
      setAsked(email.trim());
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };
  return (
    <Alone title="New password">
      {offer.error && <Failed error={offer.error} retry={offer.reload} />}
      {!offer.data && !offer.error && <Loading rows={2} />}
      {offer.data && !offer.data.by_mail && (
        <p class="hint">
          This service sends no mail. Ask somebody who administers your tenant for a link.
        </p>
      )}
      {asked && (
        <p role="status">
          If an account has the address <strong>{asked}</strong>, a mail with a link is on its way.
          The link works once, for 30 minutes. Look among unwanted mail too.
        </p>
      )}
      {offer.data?.by_mail && !asked && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          {error && !error.fields.email && (
            <p class="form-error" role="alert">
              {error.message}
            </p>
          )}
          <TextField
            label="E-mail"
            name="email"
            type="email"
            required
            value={email}
            onChange={setEmail}
            autocomplete="username"
            error={error?.fields.email}
            help="Who signs in with a user name asks an admin of the tenant for a link."
          />
          <Button type="submit" kind="main" busy={busy}>
            Send me a link
          </Button>
        </form>
      )}
      <p>
        <a href={to.signIn()}>Back to the sign-in</a>
      </p>
    </Alone>
  );
}
