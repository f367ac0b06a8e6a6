/* Limits of engines and phone systems, shared by all workers, and which of them are closed. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import type { Gate } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { count, secondOf } from '../../ui/format';
import type { Column } from '../../ui/table';
import { attempt } from '../work/words';
import { Counted, List } from './list';
import { NumberDialog } from './number-dialog';

function State({ gate }: { gate: Gate }) {
  if (gate.closed_until)
    return (
      <>
        <span class="answer bad">Closed</span> until {secondOf(gate.closed_until, 'UTC')} UTC.{' '}
        {gate.reason}
      </>
    );
  if (gate.failures)
    return (
      <>
        <span class="answer warn">Failing</span> {gate.reason}
      </>
    );
  return <span class="answer good">Open</span>;
}

const columns = (
  change: (g: Gate) => void,
  reset: (g: Gate) => void,
): Column<Gate & { id: string }>[] => [
  {
    key: 'name',
    label: 'Engine or phone system',
    phone: 'lead',
    show: (g) => <code>{g.name}</code>,
  },
  { key: 'state', label: 'State', class: 'wide-cell', show: (g) => <State gate={g} /> },
  {
    key: 'running',
    label: 'Running',
    class: 'number',
    show: (g) => <Counted label="running" n={g.running} />,
  },
  {
    key: 'waiting',
    label: 'Waiting',
    class: 'number',
    show: (g) => <Counted label="waiting" n={g.waiting} />,
  },
  {
    key: 'limits',
    label: 'Limits',
    show: (g) =>
      [
        g.max_running !== null && `${count(g.max_running)} at a time`,
        g.per_minute !== null && `${count(g.per_minute)} a minute`,
      ]
        .filter(Boolean)
        .join(', ') || 'none',
  },
  {
    key: 'act',
    label: 'Actions',
    class: 'w-act',
    show: (g) => (
      <span class="row-actions">
        {(g.closed_until || g.failures > 0) && (
          <Button kind="quiet" label={`Open ${g.name}`} onClick={() => reset(g)}>
            Open
          </Button>
        )}
        <Button kind="quiet" label={`Change ${g.name}`} onClick={() => change(g)}>
          Change
        </Button>
      </span>
    ),
  },
];

export function GatesTab() {
  const list = useApi('GET /platform/gates');
  const [changing, setChanging] = useState<Gate>();
  const put = (g: Gate, body: { max_running?: number; per_minute?: number; reset?: boolean }) =>
    api('PUT /platform/gates/{}', { at: [g.name], body });
  const reset = (g: Gate) =>
    void attempt(
      () =>
        put(g, {
          max_running: g.max_running ?? undefined,
          per_minute: g.per_minute ?? undefined,
          reset: true,
        }),
      'It is open.',
      list.reload,
    );
  return (
    <>
      <List
        label="Limits"
        of={list}
        idOf={(g) => g.name}
        columns={columns(setChanging, reset)}
        empty="No engine or phone system has limits, and none has asked us to wait."
      />
      {changing && (
        <NumberDialog
          title={`Limits of ${changing.name}`}
          fields={[
            {
              name: 'max_running',
              label: 'Jobs at a time',
              value: changing.max_running,
              help: 'Over all workers.',
            },
            { name: 'per_minute', label: 'Jobs a minute', value: changing.per_minute },
          ]}
          onSave={async (values) => {
            await put(changing, values);
            list.reload();
          }}
          onClose={() => setChanging(undefined)}
        />
      )}
    </>
  );
}
