/* Whose calls these are: somebody there is, or a new agent. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { toast } from '../../ui/toast';
import { useAgents } from '../uploads/use-agents';

export interface Group {
  integration_id: string;
  key: string;
  note: string;
  integration_name: string;
  calls: number;
}

const fresh = 'new';

export function Give({
  group: g,
  onClose,
  done,
}: {
  group: Group;
  onClose: () => void;
  done: () => void;
}) {
  const agents = useAgents();
  const [agent, setAgent] = useState('');
  const [name, setName] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const give = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await api('POST /unknown-agents', {
        body: {
          integration: g.integration_id,
          ...(g.key ? { key: g.key } : { note: g.note }),
          ...(agent === fresh ? { name } : { agent }),
        },
      });
      toast(
        answer.calls
          ? `${plural(answer.calls, 'past call')} will have their agent in a moment.`
          : 'Past calls follow in a moment.',
      );
      done();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={g.key ? `Who is ${g.key}?` : 'Whose calls are these?'} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (agent && !busy) void give();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {Object.values(error.fields)[0] ?? error.message}
          </p>
        )}
        <p>
          {g.key
            ? `${g.integration_name} calls this agent "${g.key}". Past calls are given to whom you choose, and later ones too.`
            : `${g.note || 'These calls name nobody.'} ${plural(g.calls, 'past call')} of ${g.integration_name} are given to whom you choose.`}
        </p>
        <SelectField
          label="Agent"
          name="agent"
          required
          value={agent}
          onChange={setAgent}
          choices={[
            { value: '', label: 'Choose' },
            ...(g.key ? [{ value: fresh, label: 'A new agent' }] : []),
            ...agents.map((a) => ({ value: a.id, label: `${a.name} (${a.extension})` })),
          ]}
        />
        {agent === fresh && (
          <TextField
            label="Name"
            name="name"
            value={name}
            onChange={setName}
            required
            error={error?.fields.name}
            help={`Gets the extension ${g.key}.`}
          />
        )}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="main"
            type="submit"
            busy={busy}
            why={agent ? undefined : 'Choose an agent.'}
          >
            Give the calls
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
