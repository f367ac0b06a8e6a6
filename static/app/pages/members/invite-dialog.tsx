/* Inviting somebody: by mail, or by a link to hand over to one who signs in with a user name. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import type { HandOver } from './link-dialog';

export function InviteDialog({
  onClose,
  done,
}: {
  onClose: () => void;
  done: (link: HandOver | undefined) => void;
}) {
  const choices = useApi('GET /invitation-choices');
  const [way, setWay] = useState<'mail' | 'link'>();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const mail = choices.data?.by_mail ?? false;
  const byMail = mail && way !== 'link';
  const roles = choices.data?.roles.filter((r) => r.may_give) ?? [];

  const invite = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const made = await api('POST /invitations', {
        body: byMail ? { email, role } : { user_name: name, role },
      });
      if (!made.link) toast(`${email.trim()} is invited by mail.`);
      const who = `${name.trim().toLowerCase()}${choices.data?.behind_names}`;
      done(
        made.link
          ? { kind: 'invitation', who, link: made.link, until: made.expires_at }
          : undefined,
      );
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Invite somebody" onClose={onClose}>
      {choices.error && <Failed error={choices.error} retry={choices.reload} />}
      {!choices.data && !choices.error && <Loading rows={3} />}
      {choices.data && (
        <form
          class="form part"
          onSubmit={(event) => {
            event.preventDefault();
            void invite();
          }}
        >
          {error && !Object.keys(error.fields).length && (
            <p class="form-error" role="alert">
              {error.message}
            </p>
          )}
          {mail ? (
            <fieldset class="options">
              <legend>How</legend>
              <label>
                <input type="radio" name="way" checked={byMail} onChange={() => setWay('mail')} />
                By mail
              </label>
              <label>
                <input type="radio" name="way" checked={!byMail} onChange={() => setWay('link')} />
                As a link to hand over
              </label>
            </fieldset>
          ) : (
            <p class="hint">
              This service has no mail server, so you hand the link over yourself. The operator sets
              one up with the setting smtp_url.
            </p>
          )}
          {byMail ? (
            <TextField
              label="E-mail"
              name="email"
              type="email"
              required
              value={email}
              onChange={setEmail}
              error={error?.fields.email}
            />
          ) : (
            <TextField
              label="User name"
              name="user_name"
              required
              value={name}
              onChange={setName}
              error={error?.fields.user_name ?? error?.fields.email}
              help={`For people without mail: they sign in as ${name.trim().toLowerCase() || 'name'}${choices.data.behind_names}.`}
            />
          )}
          <SelectField
            label="Role"
            name="role"
            required
            value={role}
            onChange={setRole}
            error={error?.fields.role}
            help="Roles that may more than you are not offered."
            choices={[
              { value: '', label: 'Choose' },
              ...roles.map((r) => ({ value: r.slug, label: r.name })),
            ]}
          />
          <div class="actions">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="main"
              type="submit"
              busy={busy}
              why={role ? undefined : 'Choose a role first.'}
            >
              {byMail ? 'Send the invitation' : 'Make the link'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
