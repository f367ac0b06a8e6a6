/* Who did what: filters, the entries newest first, whether the chain holds, and a file of a month. */
import { useLocation } from 'preact-iso';
import { BASE, type Item } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { ChipMenu } from '../../ui/chip';
import { fullTime, startOfDay } from '../../ui/format';
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
  { value: '/invitations', label: 'Invitations' },
  { value: '/password', label: 'New passwords' },
  { value: '/recordings', label: 'Recordings' },
  { value: '/uploads', label: 'Uploads' },
  { value: '/integrations', label: 'Integrations' },
  { value: '/api-keys', label: 'API keys' },
  { value: '/agents', label: 'Agents' },
  { value: '/scorecards', label: 'Scorecards' },
  { value: 'DELETE', label: 'What was removed' },
];

const columns: Column<Item<'GET /audit'>>[] = [
  { key: 'at', label: 'When', phone: 'end', show: (e) => fullTime(e.at, zone.value) },
  {
    key: 'actor',
    label: 'Who',
    phone: 'more',
    show: (e) => `${e.actor}${e.actor_kind === 'api_key' ? ' (API key)' : ''}`,
  },
  { key: 'act', label: 'What', phone: 'lead', show: (e) => <strong>{actOf(e.act)}</strong> },
  { key: 'detail', label: 'With', class: 'words', show: detailOf },
  { key: 'address', label: 'From', phone: 'off', show: (e) => e.address },
  { key: 'number', label: 'Link', class: 'number', phone: 'off', show: (e) => e.number ?? '' },
];

/** The last thirty days, until now. */
function fileHref(): string {
  const to = new Date();
  const from = new Date(to.getTime() - 30 * 86_400_000);
  return `${BASE}/audit/file?from=${from.toISOString()}&to=${to.toISOString()}`;
}

export default function Audit() {
  const { query, route } = useLocation();
  const act = query.act ?? '';
  const day = /^\d{4}-\d\d-\d\d$/.test(query.day ?? '') ? query.day! : '';
  const list = useApi(
    'GET /audit',
    {
      query: {
        limit: 50,
        cursor: query.cursor,
        act: act || undefined,
        from: day ? startOfDay(day, zone.value) : undefined,
        to: day ? startOfDay(day, zone.value, 1) : undefined,
      },
    },
    true,
  );
  const paging = usePaging(list.data?.next);
  return (
    <Page
      title="Audit"
      actions={
        <a class="button" href={fileHref()} download>
          30 days as CSV
        </a>
      }
    >
      <Chain route="GET /audit/verify" />
      <div class="above-list">
        <ChipMenu
          label="What"
          value={act}
          choices={acts}
          onChange={(value) => route(to.audit({ act: value, day }))}
        />
        <label class="chip audit-day">
          Day{' '}
          <input
            type="date"
            value={day}
            onChange={(e) => route(to.audit({ act, day: e.currentTarget.value }))}
          />
        </label>
      </div>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading the audit log" />
      ) : list.data.items.length === 0 ? (
        <Empty>Nothing was done that fits.</Empty>
      ) : (
        <Panel>
          <DataTable label="Audit log" rows={list.data.items} columns={columns} />
        </Panel>
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </Page>
  );
}
