/* Sets of calls that several people score: a tab of the reviews. */
import { useState } from 'preact/hooks';
import type { Item } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { plural, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { NewSet } from './new-set';

type Row = Item<'GET /calibrations'>;

const columns: Column<Row>[] = [
  { key: 'name', label: 'Set', phone: 'lead', show: (s) => <strong>{s.name}</strong> },
  { key: 'card', label: 'Scorecard', show: (s) => `${s.card}, version ${s.version}` },
  { key: 'calls', label: 'Calls', class: 'number', phone: 'end', show: (s) => s.calls },
  {
    key: 'reviews',
    label: 'Reviews',
    show: (s) => `${s.submitted} submitted${s.open ? `, ${s.open} open` : ''}`,
  },
  { key: 'by', label: 'By', phone: 'off', show: (s) => s.by ?? '' },
  {
    key: 'at',
    label: 'Made',
    phone: 'off',
    show: (s) => whenOf(s.created_at, zone.value),
  },
];

export function Sets() {
  const list = useApi('GET /calibrations', { query: { limit: 100 } });
  const [making, setMaking] = useState(false);
  if (list.error) return <Failed error={list.error} retry={list.reload} />;
  if (!list.data) return <Loading label="Loading sets" />;
  return (
    <>
      {list.data.items.length === 0 ? (
        <Empty action={<Button onClick={() => setMaking(true)}>New set</Button>}>
          No set of calls to score together yet. A set shows how far people and the machine agree.
        </Empty>
      ) : (
        <Panel
          title={plural(list.data.items.length, 'set')}
          side={<Button onClick={() => setMaking(true)}>New set</Button>}
        >
          <DataTable
            label="Sets of calls"
            rows={list.data.items}
            columns={columns}
            href={(s) => to.calibration(s.id)}
          />
        </Panel>
      )}
      {making && <NewSet onClose={() => setMaking(false)} />}
    </>
  );
}
