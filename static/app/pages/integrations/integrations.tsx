/* The phone systems that send calls, and how each is doing. */
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import type { Integration } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { LinkButton } from '../../ui/button';
import { count, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { State } from './state';
import { providerName } from './words';
import './integrations.css';

const columns: Column<Integration>[] = [
  { key: 'name', label: 'Name', phone: 'lead', show: (i) => <strong>{i.name}</strong> },
  { key: 'provider', label: 'System', show: (i) => providerName(i.provider) },
  {
    key: 'state',
    label: 'State',
    phone: 'end',
    show: (i) => (
      <State
        state={i.state}
        reason={
          i.state_reason ?? (i.unproven_until ? 'Takes hooks without proof for a time' : null)
        }
      />
    ),
  },
  { key: 'why', label: 'Reason', phone: 'only', show: (i) => i.state_reason },
  {
    key: 'last',
    label: 'Last delivery',
    show: (i) =>
      i.last_delivery_at ? (
        <>
          <span class="narrow">last </span>
          {whenOf(i.last_delivery_at, zone.value)}
        </>
      ) : i.provider === 'upload' ? null : (
        <span class="note">None yet</span>
      ),
  },
  {
    key: 'day',
    label: 'In 24 hours',
    class: 'number',
    show: (i) =>
      i.provider === 'upload' ? null : (
        <>
          {count(i.deliveries_24h)}
          <span class="narrow"> in 24 hours</span>
        </>
      ),
  },
  {
    key: 'unparsed',
    label: 'Unparsed',
    class: 'number',
    show: (i) =>
      i.provider === 'upload' ? null : i.unparsed_24h ? (
        <b class="bad-ink">
          {count(i.unparsed_24h)}
          <span class="narrow"> unparsed</span>
        </b>
      ) : (
        <span class="wide">0</span>
      ),
  },
];

export default function Integrations() {
  const list = useApi('GET /integrations');
  useLive((n) => n.kind === 'call.created' || n.kind.startsWith('integration.'), list.reload);
  const why = refusalFor('integrations.write');
  const connect = (
    <LinkButton kind="main" href={to.newIntegration()} why={why}>
      Connect a phone system
    </LinkButton>
  );
  return (
    <Page title="Integrations" actions={connect}>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading integrations" />
      ) : list.data.items.length === 0 ? (
        <Empty action={connect}>
          No phone system is connected. Calls come in as soon as one is.
        </Empty>
      ) : (
        <Panel>
          <DataTable
            label="Integrations"
            rows={list.data.items}
            columns={columns}
            href={(i) => to.integration(i.id)}
          />
        </Panel>
      )}
      <p class="below">
        <a href={to.deliveries()}>See what phone systems delivered</a>
      </p>
    </Page>
  );
}
