/* A new set: drawn blindly from the calls that a card has scored. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';

export function NewSet({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const cards = useApi('GET /scorecards', { query: { limit: 100 } });
  const [name, setName] = useState('');
  const [card, setCard] = useState('');
  const [sample, setSample] = useState('10');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const inUse = (cards.data?.items ?? []).filter((c) => c.state === 'published');
  const chosen = card || inUse[0]?.id || '';
  const make = async () => {
    setErrors({});
    try {
      const { id } = await api('POST /calibrations', {
        body: { name: name.trim(), scorecard: chosen, sample: Number(sample) },
      });
      route(to.calibration(id));
    } catch (e) {
      setErrors(
        e instanceof ApiError && Object.keys(e.fields).length
          ? e.fields
          : { sample: (e as Error).message },
      );
    }
  };
  return (
    <Dialog title="Calls to score together" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <TextField
          label="Name"
          name="name"
          required
          value={name}
          onChange={setName}
          error={errors.name}
        />
        <SelectField
          label="Scorecard"
          name="scorecard"
          required
          value={chosen}
          onChange={setCard}
          error={errors.scorecard}
          choices={inUse.map((c) => ({ value: c.id, label: `${c.name}, version ${c.version}` }))}
        />
        <TextField
          label="Calls"
          name="sample"
          required
          value={sample}
          onChange={setSample}
          error={errors.sample}
          help="Drawn from the last calls that this version scored, whatever their scores."
        />
        <div class="actions">
          <Button type="submit" kind="main">
            Draw the calls
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
