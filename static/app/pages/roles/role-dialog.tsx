/* Making a role or changing one: its name, whose calls it sees, and what it may do. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { session } from '../../api/session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { toast } from '../../ui/toast';
import { allowed, grouped } from './words';

export type Role = Item<'GET /roles'>;

export function RoleDialog({
  of,
  permissions,
  onClose,
  done,
}: {
  /** Nothing: a new one. */
  of?: Role | undefined;
  permissions: string[];
  onClose: () => void;
  done: () => void;
}) {
  const [name, setName] = useState(of?.name ?? '');
  const [scope, setScope] = useState<'own' | 'all'>(of?.scope === 'own' ? 'own' : 'all');
  const [chosen, setChosen] = useState(new Set(of?.permissions ?? ['calls.read']));
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const mine = new Set(session.value?.permissions ?? []);

  const choose = (permission: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(permission);
    else next.delete(permission);
    setChosen(next);
  };
  const save = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const body = { name, scope, permissions: permissions.filter((p) => chosen.has(p)) };
    try {
      if (of) await api('PATCH /roles/{}', { at: [of.id], version: of.version, body });
      else await api('POST /roles', { body });
      toast(`${name.trim()} is ${of ? 'changed' : 'made'}.`);
      done();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };

  return (
    <Dialog title={of ? `Change ${of.name}` : 'New role'} onClose={onClose} class="wide-dialog">
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {error && !error.fields.name && (
          <p class="form-error" role="alert">
            {error.fields.permissions ?? error.fields.scope ?? error.message}
          </p>
        )}
        <TextField
          label="Name"
          name="name"
          required
          value={name}
          onChange={setName}
          error={error?.fields.name}
        />
        <SelectField
          label="Sees"
          name="scope"
          required
          value={scope}
          onChange={(v) => setScope(v === 'own' ? 'own' : 'all')}
          choices={[
            { value: 'all', label: 'All calls' },
            { value: 'own', label: 'Own calls only: those of the agent one is' },
          ]}
        />
        <div class="role-groups">
          {grouped(permissions).map(([group, list]) => (
            <fieldset key={group} class="role-group">
              <legend>{group}</legend>
              {list.map((p) => (
                <label
                  key={p}
                  class="check"
                  title={mine.has(p) ? undefined : 'You may not do this yourself.'}
                >
                  <input
                    type="checkbox"
                    checked={chosen.has(p)}
                    disabled={!mine.has(p)}
                    onChange={(event) => choose(p, event.currentTarget.checked)}
                  />{' '}
                  {allowed(p)}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="main"
            type="submit"
            busy={busy}
            why={chosen.size ? undefined : 'Choose at least one.'}
          >
            {of ? 'Save' : 'Make the role'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
