/* Of whom the tenant asks a second factor. */
import { useEffect, useState } from 'preact/hooks';
import { api, type Body } from '../../api/client';
import { refusalFor, session } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { Refused, useRefusal } from './set-up';

type Whom = Body<'PUT /sign-in-policy'>['second_factor'];
const choices: { value: Whom; label: string }[] = [
  { value: 'nobody', label: 'Nobody: each as they like' },
  { value: 'admins', label: 'Owners, admins and whoever else may manage people' },
  { value: 'everyone', label: 'Everyone' },
];

export function PolicyPanel() {
  const hidden = refusalFor('people.read');
  const now = useApi(hidden ? null : 'GET /sign-in-policy', {}, true);
  const [whom, setWhom] = useState<Whom>('nobody');
  const { refused, busy, attempt } = useRefusal();
  const stored = now.data?.second_factor as Whom | undefined;
  useEffect(() => setWhom(stored ?? 'nobody'), [stored, now.data?.version]);
  if (hidden) return null;
  if (now.error)
    return (
      <Panel title="Signing in">
        <Failed error={now.error} retry={now.reload} />
      </Panel>
    );
  if (!now.data)
    return (
      <Panel title="Signing in">
        <Loading rows={3} label="Loading what signing in asks for" />
      </Panel>
    );
  const { people, with_factor: have, version } = now.data;
  const why = session.value?.role === 'owner' ? undefined : 'Only an owner decides this.';
  const save = () =>
    attempt(async () => {
      await api('PUT /sign-in-policy', { body: { second_factor: whom }, version });
      toast('Saved. It holds within a second.');
      now.reload();
    });
  return (
    <Panel title="Signing in">
      <form
        class="part form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset class="whom" disabled={!!why}>
          <legend>A second factor is asked of</legend>
          {choices.map((c) => (
            <label key={c.value}>
              <input
                type="radio"
                name="second_factor"
                value={c.value}
                checked={whom === c.value}
                onChange={() => setWhom(c.value)}
              />
              {c.label}
            </label>
          ))}
        </fieldset>
        <p class="note">
          {have} of {people} people have one. Whoever lacks it and is asked for it can do nothing
          but set it up.
        </p>
        <Refused by={refused} />
        <div class="actions">
          <Button
            kind="main"
            type="submit"
            busy={busy}
            why={why ?? (whom === stored ? 'Nothing is changed.' : undefined)}
          >
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}
