/* What super admins and `ringsight admin` did, for those who run the service. */
import { useLocation } from 'preact-iso';
import { BASE, type Item } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { OperatorFrame } from '../../shell/operator';
import { ChipMenu } from '../../ui/chip';
import { fullTime } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { Chain } from './chain';
import { actOf, detailOf } from './words';
import './audit.css';

const acts = [
  { value: '', label: 'Everything' },
  { value: '/session', label: 'Signing in and out' },
  { value: 'refused', label: 'Wrong passwords' },
  { value: '/pauses', label: 'Pauses' },
  { value: '/workers', label: 'Workers' },
  { value: '/gates', label: 'Limits of engines' },
  { value: 'ringsight admin', label: 'Commands on the server' },
  { value: 'settings', label: 'Settings' },
];

type Row = Item<'GET /platform/audit'> & { id: string };

const columns: Column<Row>[] = [
  { key: 'at', label: 'When (UTC)', phone: 'end', show: (e) => fullTime(e.at, 'UTC') },
  {
    key: 'actor',
    label: 'Who',
    phone: 'more',
    show: (e) => `${e.actor}${e.actor_kind === 'command' ? ' (on the server)' : ''}`,
  },
  { key: 'act', label: 'What', phone: 'lead', show: (e) => <strong>{actOf(e.act)}</strong> },
  { key: 'detail', label: 'With', class: 'words', show: detailOf },
  { key: 'address', label: 'From', phone: 'off', show: (e) => e.address },
  { key: 'number', label: 'Link', class: 'number', phone: 'off', show: (e) => e.number },
];

/** The last thirty days, until now. */
function fileHref(): string {
  const end = new Date();
  const from = new Date(end.getTime() - 30 * 86_400_000);
  return `${BASE}/platform/audit/file?from=${from.toISOString()}&to=${end.toISOString()}`;
}

export default function ServiceAudit() {
  const { query, route } = useLocation();
  const act = query.act ?? '';
  const cursor = Number(query.cursor) || undefined;
  const list = useApi('GET /platform/audit', { query: { cursor, act: act || undefined } }, true);
  const paging = usePaging(list.data?.next ? String(list.data.next) : null);
  return (
    <OperatorFrame>
      <Page
        title="Audit"
        actions={
          <a class="button" href={fileHref()} download>
            30 days as CSV
          </a>
        }
      >
        <Chain route="GET /platform/audit/verify" />
        <div class="above-list">
          <ChipMenu
            label="What"
            value={act}
            choices={acts}
            onChange={(value) => route(to.platformAudit({ act: value }))}
          />
        </div>
        {list.error ? (
          <Failed error={list.error} retry={list.reload} />
        ) : !list.data ? (
          <Loading label="Loading the audit log" />
        ) : list.data.items.length === 0 ? (
          <Empty>Nothing was done that fits.</Empty>
        ) : (
          <Panel>
            <DataTable
              label="Audit log"
              rows={list.data.items.map((e) => ({ ...e, id: String(e.number) }))}
              columns={columns}
            />
          </Panel>
        )}
        <Pager newer={paging.newer} older={paging.older} />
      </Page>
    </OperatorFrame>
  );
}
