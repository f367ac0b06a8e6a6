/* Every version of a card: when it was in use, and how many scores were made by it. */
import type { Item } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { plural, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { DataTable, type Column } from '../../ui/table';
import type { Card } from './model';
import { stateName } from './words';

type Row = Item<'GET /scorecards/{}/versions'>;

const columns: Column<Row>[] = [
  { key: 'version', label: 'Version', phone: 'lead', show: (v) => `Version ${v.version}` },
  { key: 'state', label: 'State', phone: 'end', show: (v) => stateName[v.state] ?? v.state },
  {
    key: 'published',
    label: 'In use from',
    show: (v) => v.published_at && whenOf(v.published_at, zone.value),
  },
  {
    key: 'archived',
    label: 'until',
    phone: 'off',
    show: (v) => v.archived_at && whenOf(v.archived_at, zone.value),
  },
  { key: 'by', label: 'Drafted by', phone: 'off', show: (v) => v.by },
  {
    key: 'scores',
    label: 'Scores',
    class: 'number',
    show: (v) => (v.scores >= 1000 ? '1,000 and more' : plural(v.scores, 'score')),
  },
];

export function Versions({ card }: { card: Card }) {
  const list = useApi('GET /scorecards/{}/versions', { at: [card.id] });
  if (!list.data || list.data.items.length < 2) return null;
  return (
    <Panel title="Versions">
      <DataTable
        label="Versions"
        rows={list.data.items}
        columns={columns}
        href={(v) => to.scorecard(v.id)}
      />
    </Panel>
  );
}
