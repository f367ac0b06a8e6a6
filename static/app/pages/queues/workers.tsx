/* Who works. A drained worker ends what it has and begins nothing. */
import { api } from '../../api/client';
import type { Worker } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { age } from '../../ui/format';
import type { Column } from '../../ui/table';
import { attempt } from '../work/words';
import { Counted, List } from './list';

function stateOf(w: Worker): { label: string; tone: string } {
  if (w.away) return { label: `Not seen for ${age(w.seen_at)}`, tone: 'bad' };
  if (!w.draining) return { label: 'Working', tone: 'good' };
  return w.running ? { label: 'Draining', tone: 'warn' } : { label: 'Drained', tone: 'warn' };
}

const columns = (steer: (w: Worker) => void): Column<Worker & { id: string }>[] => [
  { key: 'name', label: 'Worker', phone: 'lead', show: (w) => <code>{w.name}</code> },
  {
    key: 'state',
    label: 'State',
    phone: 'end',
    show: (w) => <span class={`answer ${stateOf(w).tone}`}>{stateOf(w).label}</span>,
  },
  { key: 'running', label: 'Running', show: (w) => `${w.running} of ${w.slots}` },
  {
    key: 'done',
    label: 'Done',
    class: 'number',
    show: (w) => <Counted label="done" n={w.done} />,
  },
  {
    key: 'last_done_at',
    label: 'Last',
    show: (w) => (w.last_done_at ? `${age(w.last_done_at)} ago` : 'nothing yet'),
  },
  { key: 'started_at', label: 'Up for', phone: 'off', show: (w) => age(w.started_at) },
  { key: 'redis', label: 'Redis', phone: 'off', show: (w) => (w.redis ? 'in use' : 'away') },
  { key: 'kinds', label: 'Takes', phone: 'off', show: (w) => w.kinds || 'everything' },
  {
    key: 'act',
    label: 'Actions',
    class: 'w-act',
    show: (w) =>
      !w.away && (
        <Button
          kind="quiet"
          label={`${w.draining ? 'Resume' : 'Drain'} ${w.name}`}
          onClick={() => steer(w)}
        >
          {w.draining ? 'Resume' : 'Drain'}
        </Button>
      ),
  },
];

export function WorkersTab() {
  const list = useApi('GET /platform/workers');
  const steer = (w: Worker) =>
    void attempt(
      () =>
        w.draining
          ? api('POST /platform/workers/{}/resume', { at: [w.name] })
          : api('POST /platform/workers/{}/drain', { at: [w.name] }),
      w.draining ? 'It begins jobs again.' : 'It ends what it has and begins nothing.',
      list.reload,
    );
  return (
    <List
      label="Workers"
      of={list}
      idOf={(w) => w.name}
      columns={columns(steer)}
      empty="No worker is running. Start one with: ringsight worker"
    />
  );
}
