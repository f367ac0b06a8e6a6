/* One half of a policy as a form: whose calls, then what narrows them. */
import { SelectField, TextField } from '../../ui/field';
import type { Agent } from '../../api/types';
import { directionChoices } from '../calls/filters';
import type { Draft, Half } from './policy';

const words: Record<Half, { title: string; all: string; listed: string; none: string }> = {
  fetch: {
    title: 'Recordings fetched',
    all: 'Of all calls',
    listed: 'Only of listed agents and extensions',
    none: 'Of no call',
  },
  analyse: {
    title: 'Calls analysed',
    all: 'All calls',
    listed: 'Only listed agents and extensions (rollout)',
    none: 'No call: recordings are only kept',
  },
};

export function PolicyHalf({
  half,
  draft: d,
  set,
  agents,
  error,
}: {
  half: Half;
  draft: Draft;
  set: (by: Partial<Draft>) => void;
  agents: Agent[];
  error: string | undefined;
}) {
  const w = words[half];
  const toggle = (list: string[], value: string, on: boolean) =>
    on ? [...list, value] : list.filter((v) => v !== value);
  return (
    <fieldset class="policy-half">
      <legend>{w.title}</legend>
      {error && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
      <SelectField
        label="Whose"
        name={`${half}-who`}
        required
        value={d.who}
        onChange={(who) => set({ who: who as Draft['who'] })}
        choices={[
          { value: 'all', label: w.all },
          { value: 'listed', label: w.listed },
          { value: 'none', label: w.none },
        ]}
      />
      {d.who === 'listed' && (
        <>
          <div class="policy-agents" role="group" aria-label={`${w.title}: agents`}>
            {agents.map((a) => (
              <label class="check" key={a.id}>
                <input
                  type="checkbox"
                  checked={d.agents.includes(a.id)}
                  onChange={(e) => set({ agents: toggle(d.agents, a.id, e.currentTarget.checked) })}
                />
                {a.name} ({a.extension})
              </label>
            ))}
          </div>
          <TextField
            label="Extensions"
            name={`${half}-extensions`}
            value={d.extensions}
            onChange={(extensions) => set({ extensions })}
            help="Parted by commas; 10* stands for every extension that begins with 10."
          />
        </>
      )}
      {d.who !== 'none' && (
        <details
          open={Boolean(
            d.directions.length || d.numbers || d.except_numbers || d.min_s || d.percent,
          )}
        >
          <summary>Narrow it down</summary>
          <div class="policy-narrow">
            <div class="options" role="group" aria-label={`${w.title}: directions`}>
              {directionChoices.map((c) => (
                <label class="check" key={c.value}>
                  <input
                    type="checkbox"
                    checked={!d.directions.length || d.directions.includes(c.value)}
                    onChange={(e) => {
                      const now = d.directions.length
                        ? d.directions
                        : directionChoices.map((x) => x.value);
                      const next = toggle(now, c.value, e.currentTarget.checked);
                      set({ directions: next.length === directionChoices.length ? [] : next });
                    }}
                  />
                  {c.label}
                </label>
              ))}
            </div>
            <TextField
              label="Only these numbers"
              name={`${half}-numbers`}
              value={d.numbers}
              onChange={(numbers) => set({ numbers })}
              help="The outside party's. Patterns as +4420*, parted by commas."
            />
            <TextField
              label="Never these numbers"
              name={`${half}-except`}
              value={d.except_numbers}
              onChange={(except_numbers) => set({ except_numbers })}
            />
            <TextField
              label="At least so many seconds"
              name={`${half}-min`}
              value={d.min_s}
              onChange={(min_s) => set({ min_s })}
            />
            <TextField
              label="Percentage of these calls"
              name={`${half}-percent`}
              value={d.percent}
              onChange={(percent) => set({ percent })}
              help="Drawn by lot, for each call once and for all."
            />
          </div>
        </details>
      )}
    </fieldset>
  );
}
