/* What is told with one file, or with all that are selected, put right by hand. */
import { useState } from 'preact/hooks';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { directionChoices } from '../calls/filters';
import { change, type Entry } from './entries';
import type { Sources } from './facts';

export function EditFiles({
  files,
  agents,
  onClose,
}: {
  files: Entry[];
  agents: Sources['agents'];
  onClose: () => void;
}) {
  const one = files.length === 1 ? files[0]?.own : undefined;
  const [agent, setAgent] = useState(one?.agent ?? '');
  const [direction, setDirection] = useState(one?.direction ?? '');
  const [began, setBegan] = useState('');
  const [number, setNumber] = useState(one?.number ?? '');
  const save = () => {
    for (const e of files)
      change(e.id, {
        own: {
          ...e.own,
          ...(agent && { agent }),
          ...(direction && { direction }),
          ...(began && { started_at: new Date(began).toISOString() }),
          ...(number && { number: number.trim() }),
        },
      });
    onClose();
  };
  const name = files.length === 1 ? files[0]?.file.name : `${files.length} files`;
  return (
    <Dialog title={`About ${name}`} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <SelectField
          label="Agent"
          name="own-agent"
          value={agent}
          onChange={setAgent}
          choices={[
            { value: '', label: 'As found' },
            ...agents.map((a) => ({ value: a.id, label: `${a.name} (${a.extension})` })),
          ]}
        />
        <SelectField
          label="Direction"
          name="own-direction"
          value={direction}
          onChange={setDirection}
          choices={[{ value: '', label: 'As found' }, ...directionChoices]}
        />
        <TextField
          label="Began"
          name="own-began"
          type="datetime-local"
          value={began}
          onChange={setBegan}
        />
        <TextField label="Number" name="own-number" value={number} onChange={setNumber} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit">
            Set
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
