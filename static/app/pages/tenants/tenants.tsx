/* The operator's table of tenants. */
import { useLocation } from 'preact-iso';
import type { Tenant } from '../../api/types';
import { useApi } from '../../api/use-api';
import { OperatorFrame } from '../../shell/operator';
import { capital, dateOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';

const columns: Column<Tenant>[] = [
  { key: 'name', label: 'Tenant', phone: 'lead', show: (t) => <strong>{t.name}</strong> },
  { key: 'slug', label: 'Short name', show: (t) => <code>{t.slug}</code> },
  { key: 'state', label: 'State', phone: 'end', show: (t) => capital(t.state) },
  { key: 'created_at', label: 'Since', phone: 'off', show: (t) => dateOf(t.created_at, 'UTC') },
  { key: 'zone', label: 'Time zone', show: (t) => t.zone },
];

export default function Tenants() {
  const { query } = useLocation();
  const list = useApi('GET /platform/tenants', { query: { cursor: query.cursor } }, true);
  const paging = usePaging(list.data?.next);
  return (
    <OperatorFrame>
      <Page title="Tenants">
        {list.error ? (
          <Failed error={list.error} retry={list.reload} />
        ) : !list.data ? (
          <Loading />
        ) : list.data.items.length === 0 ? (
          <Empty>
            No tenants yet. Make the first with <code>ringsight admin</code>.
          </Empty>
        ) : (
          <Panel>
            <DataTable label="Tenants" rows={list.data.items} columns={columns} />
          </Panel>
        )}
        <Pager newer={paging.newer} older={paging.older} />
      </Page>
    </OperatorFrame>
  );
}
