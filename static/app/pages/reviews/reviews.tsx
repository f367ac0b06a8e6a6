/* Calls that people review, and what agents dispute. */
import { useLocation } from 'preact-iso';
import type { Item } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { points, whenOf } from '../../ui/format';
import { Page, Panel, Tabs } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { Sets } from '../calibration/sets';
import { Disputes } from './disputes';

type Row = Item<'GET /reviews'>;

const stateOf = (r: Row) =>
  r.state === 'open'
    ? r.mine
      ? 'Waits for your answers'
      : `Open with ${r.reviewer}`
    : r.state === 'submitted'
      ? `Reviewed by ${r.reviewer}`
      : `Put back by ${r.reviewer}`;

const columns: Column<Row>[] = [
  {
    key: 'call',
    label: 'Call',
    phone: 'lead',
    show: (r) => <strong>{r.title || whenOf(r.started_at, zone.value)}</strong>,
  },
  { key: 'agent', label: 'Agent', show: (r) => r.agent_name },
  { key: 'card', label: 'Scorecard', phone: 'off', show: (r) => `${r.card}, version ${r.version}` },
  { key: 'state', label: 'State', show: stateOf },
  {
    key: 'score',
    label: 'Person',
    class: 'number',
    phone: 'end',
    show: (r) => (r.score_bp === null ? '' : points(r.score_bp)),
  },
  {
    key: 'machine',
    label: 'Machine',
    class: 'number',
    phone: 'off',
    show: (r) => (r.machine_bp === null ? '' : points(r.machine_bp)),
  },
];

export default function Reviews() {
  const { query } = useLocation();
  const tab = query.tab ?? 'open';
  const list = useApi(tab === 'disputes' || tab === 'sets' ? null : 'GET /reviews', {
    query: { limit: 100, state: tab === 'done' ? 'submitted' : 'open' },
  });
  return (
    <Page title="Reviews">
      <Tabs
        label="Reviews"
        current={tab}
        tabs={[
          { id: 'open', label: 'Open', href: to.reviews() },
          { id: 'done', label: 'Submitted', href: to.reviews('done') },
          { id: 'sets', label: 'Calibration', href: to.reviews('sets') },
          { id: 'disputes', label: 'Disputes', href: to.reviews('disputes') },
        ]}
      />
      {tab === 'disputes' ? (
        <Disputes />
      ) : tab === 'sets' ? (
        <Sets />
      ) : list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading reviews" />
      ) : list.data.items.length === 0 ? (
        <Empty>
          {tab === 'open'
            ? 'No review is open. Open a call and choose “Review this call”.'
            : 'No review was submitted yet.'}
        </Empty>
      ) : (
        <Panel>
          <DataTable
            label="Reviews"
            rows={list.data.items}
            columns={columns}
            href={(r) => to.review(r.id)}
          />
        </Panel>
      )}
    </Page>
  );
}
