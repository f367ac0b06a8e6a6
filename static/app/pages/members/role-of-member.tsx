/* Giving a member another role. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField } from '../../ui/field';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

export function RoleOfMember({
  of,
  onClose,
  done,
}: {
  of: Item<'GET /members'>;
  onClose: () => void;
  done: () => void;
}) {
  const choices = useApi('GET /roles');
  const [role, setRole] = useState(of.role);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const roles = choices.data?.items.filter((r) => r.may_give || r.slug === of.role) ?? [];

  const save = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await api('PATCH /members/{}', { at: [of.id], body: { role } });
      toast(`${of.name} is ${roles.find((r) => r.slug === role)?.name ?? role} now.`);
      done();
    } catch (e) {
      setError(e instanceof ApiError ? (e.fields.role ?? e.message) : String(e));
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Role of ${of.name}`} onClose={onClose}>
      {choices.error && <Failed error={choices.error} retry={choices.reload} />}
      {!choices.data && !choices.error && <Loading rows={2} />}
      {choices.data && (
        <form
          class="form part"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <SelectField
            label="Role"
            name="role"
            required
            value={role}
            onChange={setRole}
            error={error || undefined}
            help="Holds within a second, also where the person is signed in."
            choices={roles.map((r) => ({ value: r.slug, label: r.name }))}
          />
          <div class="actions">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="main"
              type="submit"
              busy={busy}
              why={role === of.role ? 'This is the role they have.' : undefined}
            >
              Save
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
