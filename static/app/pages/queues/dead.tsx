/* What failed for good, by kind and reason, most first. */
import { useLocation } from 'preact-iso';
import { api } from '../../api/client';
import type { DeadGroup } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { age, count, plural } from '../../ui/format';
import type { Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { kindName } from '../work/kinds';
import { attempt } from '../work/words';
import { List } from './list';

const columns = (retry: (g: DeadGroup) => void): Column<DeadGroup & { id: string }>[] => [
  { key: 'kind', label: 'Kind', phone: 'lead', show: (g) => kindName(g.kind) },
  { key: 'reason', label: 'Reason', class: 'wide-cell', show: (g) => g.reason || 'Not said' },
  { key: 'jobs', label: 'Jobs', class: 'number', phone: 'end', show: (g) => count(g.jobs) },
  { key: 'tenants', label: 'From', show: (g) => plural(g.tenants, 'tenant') },
  { key: 'oldest_at', label: 'Oldest', class: 'number', show: (g) => age(g.oldest_at) },
  {
    key: 'act',
    label: 'Actions',
    class: 'w-act',
    show: (g) => (
      <Button
        kind="quiet"
        label={`Try again: ${kindName(g.kind)}, ${g.reason}`}
        onClick={() => retry(g)}
      >
        Try again
      </Button>
    ),
  },
];

export function DeadTab() {
  const { query } = useLocation();
  const list = useApi('GET /platform/queues/dead', { query: { cursor: query.cursor } }, true);
  const retry = (g: DeadGroup) =>
    void attempt(
      async () => {
        const { asked, more } = await api('POST /platform/queues/dead/retry', {
          body: { kind: g.kind, reason: g.reason },
        });
        toast(`${plural(asked, 'job')} tried again.${more ? ' There are more.' : ''}`);
      },
      undefined,
      list.reload,
    );
  return (
    <List
      label="Failed jobs"
      of={list}
      idOf={(g) => `${g.kind} ${g.reason}`}
      columns={columns(retry)}
      empty="Nothing has failed."
    />
  );
}
