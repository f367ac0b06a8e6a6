/* The chips above the list. Each writes the address; nothing here keeps state of its own. */
import { useState } from 'preact/hooks';
import type { Agent } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Chip, ChipMenu } from '../../ui/chip';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import {
  directionChoices,
  stateChoices,
  whenChoices,
  type FilterName,
  type Filters,
} from './filters';

interface Props {
  filters: Filters;
  agents: Agent[];
  set: (change: Partial<Record<FilterName, string>>) => void;
  clear: () => void;
}

export function FilterBar({ filters, agents, set, clear }: Props) {
  const below = filters.below ?? '60';
  return (
    <div class="chips" role="group" aria-label="Filters">
      <Chip
        label="Today"
        on={filters.when === 'today'}
        onChange={(on) => set({ when: on ? 'today' : '', from: '', to: '' })}
      />
      <Dates filters={filters} set={set} />
      <ChipMenu
        label="Agent"
        value={filters.agent ?? ''}
        onChange={(agent) => set({ agent })}
        choices={agents.map((a) => ({
          value: a.id,
          label: a.name,
          note: a.extension ?? undefined,
        }))}
      />
      <TeamMenu value={filters.team ?? ''} onChange={(team) => set({ team })} />
      <ChipMenu
        label="Direction"
        value={filters.direction ?? ''}
        choices={directionChoices}
        onChange={(direction) => set({ direction })}
      />
      <Chip
        label={`Score below ${below}`}
        on={Boolean(filters.below)}
        onChange={(on) => set({ below: on ? below : '' })}
      />
      <Chip
        label="Breach"
        on={Boolean(filters.breach)}
        onChange={(on) => set({ breach: on ? '1' : '' })}
      />
      <Chip
        label="Has recording"
        on={Boolean(filters.recording)}
        onChange={(on) => set({ recording: on ? '1' : '' })}
      />
      <ChipMenu
        label="State"
        value={filters.state ?? ''}
        choices={stateChoices}
        onChange={(state) => set({ state })}
      />
      <IntentMenu value={filters.intent ?? ''} onChange={(intent) => set({ intent })} />
      <TagMenu value={filters.tag ?? ''} onChange={(tag) => set({ tag })} />
      {filters.number && (
        <button type="button" class="chip on" onClick={() => set({ number: '' })}>
          {filters.number}
          <span class="away"> (remove)</span>
          <Icon name="close" />
        </button>
      )}
      {Object.keys(filters).length > 0 && (
        <Button kind="quiet" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

/** The teams there are, or those one leads; no chip where there are none. */
function TeamMenu({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const teams = useApi('GET /teams', { query: { limit: 100 } });
  const items = teams.data?.items ?? [];
  if (!items.length && !value) return null;
  return (
    <ChipMenu
      label="Team"
      value={value}
      onChange={onChange}
      choices={items.map((t) => ({ value: t.id, label: t.name }))}
    />
  );
}

function TagMenu({ value, onChange }: { value: string; onChange: (tag: string) => void }) {
  const tags = useApi('GET /tags', {});
  const items = tags.data?.items ?? [];
  if (!items.length && !value) return null;
  return (
    <ChipMenu
      label="Tag"
      value={value}
      onChange={onChange}
      choices={items.map((t) => ({ value: t.name, label: t.name }))}
    />
  );
}

/** Why customers called, by the tenant's names; retired ones still have their calls. */
function IntentMenu({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const intents = useApi('GET /intents', {});
  return (
    <ChipMenu
      label="Intent"
      value={value}
      onChange={onChange}
      choices={(intents.data?.items ?? []).map((i) => ({
        value: i.code,
        label: i.name,
        note: i.retired ? 'retired' : undefined,
      }))}
    />
  );
}

function Dates({ filters, set }: Pick<Props, 'filters' | 'set'>) {
  const custom = Boolean(filters.from || filters.to);
  const preset = whenChoices.find((c) => c.value === filters.when);
  const label = custom ? `${filters.from ?? ''} – ${filters.to ?? ''}` : (preset?.label ?? 'Dates');
  return (
    <Popover
      class={`chip ${custom || preset ? 'on' : ''}`}
      label={
        <>
          {label}
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <div class="choices">
          {whenChoices.map((choice) => (
            <button
              type="button"
              key={choice.value}
              aria-pressed={choice.value === filters.when}
              onClick={() => {
                set({ when: choice.value, from: '', to: '' });
                close();
              }}
            >
              <span>{choice.label}</span>
              {choice.value === filters.when && <Icon name="check" />}
            </button>
          ))}
          <Range
            from={filters.from ?? ''}
            to={filters.to ?? ''}
            apply={(from, to) => {
              set({ when: '', from, to });
              close();
            }}
          />
        </div>
      )}
    </Popover>
  );
}

function Range({
  from,
  to,
  apply,
}: {
  from: string;
  to: string;
  apply: (from: string, to: string) => void;
}) {
  const [a, setA] = useState(from);
  const [b, setB] = useState(to);
  return (
    <form
      class="range"
      onSubmit={(event) => {
        event.preventDefault();
        apply(a, b);
      }}
    >
      <label>
        From
        <input
          type="date"
          value={a}
          max={b || undefined}
          onInput={(e) => setA(e.currentTarget.value)}
        />
      </label>
      <label>
        To
        <input
          type="date"
          value={b}
          min={a || undefined}
          onInput={(e) => setB(e.currentTarget.value)}
        />
      </label>
      <Button type="submit" kind="main">
        Show
      </Button>
    </form>
  );
}
