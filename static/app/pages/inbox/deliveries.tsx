/* The inbox: everything that was delivered, whether it could be read or not. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useLive } from '../../api/live';
import type { Query } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { zone } from '../../api/session';
import { Button } from '../../ui/button';
import { ChipMenu } from '../../ui/chip';
import { startOfDay } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { Pager } from '../../ui/table';
import { DeliveryTable, deliveryStates } from './delivery-table';
import { ReadAgain } from './read-again';
import { ReplaysPanel } from './replays-panel';
import './inbox.css';

type State = NonNullable<Query<'GET /deliveries'>>['state'];

const states = Object.entries(deliveryStates).map(([value, { label }]) => ({ value, label }));

export default function Deliveries() {
  const { query, route } = useLocation();
  const filters = {
    integration: query.integration ?? '',
    state: query.state ?? '',
    reason: query.reason ?? '',
    from: query.from ?? '',
    to: query.to ?? '',
  };
  const day = /^\d{4}-\d\d-\d\d$/;
  const wanted = {
    integration: filters.integration || undefined,
    state: (filters.state || undefined) as State,
    reason: filters.reason || undefined,
    from: day.test(filters.from) ? startOfDay(filters.from, zone.value) : undefined,
    to: day.test(filters.to) ? startOfDay(filters.to, zone.value, 1) : undefined,
  };
  const list = useApi('GET /deliveries', { query: { cursor: query.cursor, ...wanted } }, true);
  const integrations = useApi('GET /integrations');
  const providers = useApi('GET /providers');
  const provider = integrations.data?.items.find((i) => i.id === filters.integration)?.provider;
  const parsers = providers.data?.items.find((p) => p.slug === provider)?.parsers;
  const paging = usePaging(list.data?.next);
  useLive(
    (n) => n.kind === 'call.created' || n.kind.startsWith('delivery.'),
    () => {
      if (!query.cursor) list.reload();
    },
  );
  const any = Object.values(filters).some(Boolean);
  const [turn, setTurn] = useState(0);
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
          <input
            class="chip-input"
            type="search"
            aria-label="Text in the reason"
            placeholder="Reason"
            value={filters.reason}
            onChange={(event) => set({ reason: event.currentTarget.value.trim() })}
          />
          <label class="chip-date">
            Since{' '}
            <input
              type="date"
              value={filters.from}
              onChange={(event) => set({ from: event.currentTarget.value })}
            />
          </label>
          <label class="chip-date">
            until{' '}
            <input
              type="date"
              value={filters.to}
              onChange={(event) => set({ to: event.currentTarget.value })}
            />
          </label>
        </div>
        {wanted.state !== 'received' && (
          <ReadAgain
            ask={{ ...wanted, state: wanted.state }}
            parsers={parsers}
            what={any ? 'the deliveries that match' : 'all deliveries'}
            started={() => {
              list.reload();
              setTurn((n) => n + 1);
            }}
          />
        )}
      </div>
      <ReplaysPanel
        key={turn}
        {...(filters.integration && { integration: filters.integration })}
        changed={() => {
          if (!query.cursor) list.reload();
        }}
      />
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading deliveries" />
      ) : list.data.items.length ? (
        <Panel class={list.stale ? 'stale' : ''}>
          <DeliveryTable rows={list.data.items} />
        </Panel>
      ) : any ? (
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
