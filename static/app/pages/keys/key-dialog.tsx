/* Making an API key, which is shown this once. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { CopyField } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { Failed, Loading } from '../../ui/states';

const ends = [
  { value: '90', label: 'In 90 days' },
  { value: '30', label: 'In 30 days' },
  { value: '365', label: 'In a year' },
  { value: '', label: 'Never by itself' },
];

export function KeyDialog({ onClose, done }: { onClose: () => void; done: () => void }) {
  const choices = useApi('GET /roles');
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [days, setDays] = useState('90');
  const [networks, setNetworks] = useState('');
  const [key, setKey] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const roles = choices.data?.items.filter((r) => r.may_give && r.scope !== 'own') ?? [];

  const make = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const until = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined;
    try {
      const made = await api('POST /api-keys', {
        body: { name, role, networks, ...(until && { expires_at: until }) },
      });
      setKey(made.key);
      done();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
    }
    setBusy(false);
  };

  if (key)
    return (
      <Dialog title="The new key" onClose={onClose}>
        <div class="part form">
          <p>
            Put it where the program reads it. It is shown this once; the service keeps only its
            fingerprint.
          </p>
          <CopyField value={key} label="API key" />
          <div class="actions">
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      </Dialog>
    );
  return (
    <Dialog title="New API key" onClose={onClose}>
      {choices.error && <Failed error={choices.error} retry={choices.reload} />}
      {!choices.data && !choices.error && <Loading rows={3} />}
      {choices.data && (
        <form
          class="form part"
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          {error && !Object.keys(error.fields).length && (
            <p class="form-error" role="alert">
              {error.message}
            </p>
          )}
          <TextField
            label="Name"
            name="name"
            required
            value={name}
            onChange={setName}
            error={error?.fields.name}
            help="What it is for, as you will look for it in a year."
          />
          <SelectField
            label="Role"
            name="role"
            required
            value={role}
            onChange={setRole}
            error={error?.fields.role}
            help={
              <>
                What the key may do. For less than these allow, <a href={to.roles()}>make a role</a>
                .
              </>
            }
            choices={[
              { value: '', label: 'Choose' },
              ...roles.map((r) => ({ value: r.slug, label: r.name })),
            ]}
          />
          <SelectField
            label="Ends"
            name="expires_at"
            required
            value={days}
            onChange={setDays}
            error={error?.fields.expires_at}
            choices={ends}
          />
          <TextField
            label="Only from"
            name="networks"
            value={networks}
            onChange={setNetworks}
            placeholder="203.0.113.7, 198.51.100.0/24"
            error={error?.fields.networks}
            help="Addresses and networks of the program. Empty: from anywhere."
          />
          <div class="actions">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="main"
              type="submit"
              busy={busy}
              why={role ? undefined : 'Choose a role first.'}
            >
              Make the key
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
