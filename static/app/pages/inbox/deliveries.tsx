/* The inbox: everything that was delivered, whether it could be read or not. */
import { useLocation } from 'preact-iso';
import { useLive } from '../../api/live';
import type { Query } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { ChipMenu } from '../../ui/chip';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { Pager } from '../../ui/table';
import { DeliveryTable, deliveryStates } from './delivery-table';
import './inbox.css';

type State = NonNullable<Query<'GET /deliveries'>>['state'];

const states = Object.entries(deliveryStates).map(([value, { label }]) => ({ value, label }));

export default function Deliveries() {
  const { query, route } = useLocation();
  const filters = { integration: query.integration ?? '', state: query.state ?? '' };
  const list = useApi(
    'GET /deliveries',
    {
      query: {
        cursor: query.cursor,
        integration: filters.integration || undefined,
        state: (filters.state || undefined) as State,
      },
    },
    true,
  );
  const integrations = useApi('GET /integrations');
  const paging = usePaging(list.data?.next);
  useLive(
    (n) => n.kind === 'call.created' || n.kind.startsWith('delivery.'),
    () => {
      if (!query.cursor) list.reload();
    },
  );
  const set = (change: Partial<typeof filters>) => route(to.deliveries({ ...filters, ...change }));

  return (
    <Page title="Deliveries">
      <div class="above-list">
        <div class="chips" role="group" aria-label="Filters">
          <ChipMenu
            label="State"
            value={filters.state}
            choices={states}
            onChange={(state) => set({ state })}
          />
          <ChipMenu
            label="From"
            value={filters.integration}
            onChange={(integration) => set({ integration })}
            choices={(integrations.data?.items ?? []).map((i) => ({ value: i.id, label: i.name }))}
          />
        </div>
      </div>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading deliveries" />
      ) : list.data.items.length ? (
        <Panel class={list.stale ? 'stale' : ''}>
          <DeliveryTable rows={list.data.items} />
        </Panel>
      ) : filters.state || filters.integration ? (
        <Empty action={<Button onClick={() => route(to.deliveries())}>Show all</Button>}>
          No deliveries match.
        </Empty>
      ) : (
        <Empty>
          Nothing has been delivered yet. Whatever arrives is kept here, readable or not.
        </Empty>
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </Page>
  );
}
