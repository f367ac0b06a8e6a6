/* What waits, runs and was done of each kind. */
import type { QueueKind } from '../../api/types';
import { age } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Empty } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { kindName } from '../work/kinds';
import { Counted } from './list';

const number = (label: string, key: keyof QueueKind, class_ = 'number') => ({
  key,
  label,
  class: class_,
  show: (k: QueueKind) => (k[key] ? <Counted label={label} n={Number(k[key])} /> : ''),
});

const columns: Column<QueueKind & { id: string }>[] = [
  { key: 'kind', label: 'Kind', phone: 'lead', show: (k) => kindName(k.kind) },
  {
    key: 'paused',
    label: 'State',
    phone: 'end',
    show: (k) => k.paused && <span class="answer warn">Paused</span>,
  },
  number('Waiting', 'waiting'),
  { ...number('Later', 'later'), phone: 'off' as const },
  { ...number('Blocked', 'blocked'), phone: 'off' as const },
  number('Running', 'running'),
  number('Failed', 'dead', 'number failed-cell'),
  {
    key: 'oldest_at',
    label: 'Oldest',
    class: 'number',
    phone: 'off',
    show: (k) => k.oldest_at && age(k.oldest_at),
  },
  { ...number('Last minute', 'done_minute'), phone: 'off' as const },
  number('Last hour', 'done_hour'),
  {
    key: 'average_s',
    label: 'Average',
    class: 'number',
    phone: 'off',
    show: (k) => (k.average_s === null ? '' : `${k.average_s.toFixed(1)} s`),
  },
];

export function KindsTab({ rows }: { rows: QueueKind[] }) {
  return rows.length ? (
    <Panel>
      <DataTable
        label="Kinds of jobs"
        rows={rows.map((k) => ({ ...k, id: k.kind }))}
        columns={columns}
      />
    </Panel>
  ) : (
    <Empty>There are no jobs, and none ended within the last hour.</Empty>
  );
}
