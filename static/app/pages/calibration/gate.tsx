/* How far the card must agree with people before a draft of it is published; off by default. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';

export function Gate({ id }: { id: string }) {
  const found = useApi('GET /scorecards/{}/publish-gate', { at: [id] }, true);
  if (!found.data) return null;
  return <Form key={found.data.version} id={id} gate={found.data} saved={found.reload} />;
}

function Form({
  id,
  gate,
  saved,
}: {
  id: string;
  gate: Reply<'GET /scorecards/{}/publish-gate'>;
  saved: () => void;
}) {
  const [within, setWithin] = useState(gate.within_bp ? String(gate.within_bp / 100) : '');
  const [calls, setCalls] = useState(String(gate.calls));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const save = async () => {
    setErrors({});
    try {
      await api('PUT /scorecards/{}/publish-gate', {
        at: [id],
        version: gate.version,
        body: { within_bp: Math.round(Number(within || 0) * 100), calls: Number(calls) },
      });
      toast(Number(within) > 0 ? 'Drafts must pass the gate.' : 'The gate is off.');
      saved();
    } catch (e) {
      if (e instanceof ApiError && Object.keys(e.fields).length) setErrors(e.fields);
      else toast((e as Error).message, true);
    }
  };
  return (
    <Panel title="Gate before publishing">
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label="Within ten points, percent"
          name="within_bp"
          value={within}
          onChange={setWithin}
          error={errors.within_bp}
          help="Of people’s scores. A draft that agrees less is not published; empty: no gate."
        />
        <TextField
          label="Scores compared, at least"
          name="calls"
          required
          value={calls}
          onChange={setCalls}
          error={errors.calls}
        />
        <div class="actions">
          <Button type="submit" why={refusalFor('scorecards.publish')}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}
