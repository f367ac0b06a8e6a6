/* What holds for all files that say nothing else, and where else the facts come from. */
import { SelectField, TextField } from '../../ui/field';
import { Panel } from '../../ui/page';
import { directionChoices } from '../calls/filters';
import type { ForAll, Sources } from './facts';

export function AboutPanel({
  all,
  agents,
  set,
}: {
  all: ForAll & { began: string };
  agents: Sources['agents'];
  set: (by: Partial<ForAll & { began: string }>) => void;
}) {
  return (
    <Panel title="About these calls">
      <div class="form part">
        <SelectField
          label="Agent"
          name="agent"
          value={all.agent}
          onChange={(agent) => set({ agent })}
          choices={[
            { value: '', label: 'Not known' },
            ...agents.map((a) => ({ value: a.id, label: `${a.name} (${a.extension})` })),
          ]}
        />
        <SelectField
          label="Direction"
          name="direction"
          value={all.direction}
          required
          choices={directionChoices}
          onChange={(direction) => set({ direction })}
        />
        <TextField
          label="Began"
          name="started_at"
          type="datetime-local"
          value={all.began}
          onChange={(began) => set({ began })}
          help="Left empty: the time the file was last changed."
        />
        <label class="check">
          <input
            type="checkbox"
            checked={all.analyse}
            onChange={(event) => set({ analyse: event.currentTarget.checked })}
          />
          Analyze as they arrive
        </label>
        <p class="field-help">
          Holds for every file that its name, the sheet or you do not say otherwise of. Without
          analysis the recordings are only kept: analyze them later, here or on the call.
        </p>
      </div>
    </Panel>
  );
}
