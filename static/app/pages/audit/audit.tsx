/* Who did what: filters, the entries newest first, whether the chain holds, and a file of a month. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, BASE, api, type Item, type Reply } from '../../api/client';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { ChipMenu } from '../../ui/chip';
import { count, fullTime, plural, startOfDay } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import { toast } from '../../ui/toast';
import { actOf, detailOf } from './words';
import './audit.css';

const acts = [
  { value: '', label: 'Everything' },
  { value: '/session', label: 'Signing in and out' },
  { value: '/recordings', label: 'Recordings' },
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
      <Chain />
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

function Chain() {
  const [state, setState] = useState<Reply<'GET /audit/verify'>>();
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      setState(await api('GET /audit/verify'));
    } catch (e) {
      toast(e instanceof ApiError ? e.message : String(e), true);
    }
    setBusy(false);
  };
  return (
    <div class="audit-chain">
      <p class="note" role="status">
        {!state
          ? 'Each entry is chained to the one before, so that none can be changed or removed unseen.'
          : state.fault
            ? ''
            : `All ${plural(state.links, 'entry', 'entries')} stand as they were written${state.waiting ? `; ${count(state.waiting)} will be chained in a moment` : ''}.`}
        {state?.fault && <span class="bad-ink">{state.fault}</span>}
      </p>
      <Button busy={busy} onClick={() => void check()}>
        Check the chain
      </Button>
    </div>
  );
}
