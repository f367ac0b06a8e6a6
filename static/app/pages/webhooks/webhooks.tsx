/* Endpoints of the tenant's own systems that are told what happens. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { count, whenOf } from '../../ui/format';
import { Page, Panel } from '../../ui/page';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, type Column } from '../../ui/table';
import { EndpointForm, type Keys } from './endpoint-form';
import { SecretDialog } from './secret';
import { EndpointState, eventName, type Webhook } from './words';
import './webhooks.css';

function last(w: Webhook) {
  if (!w.last_at) return <span class="note">Nothing sent yet</span>;
  return `${whenOf(w.last_at, zone.value)}: ${w.last_error ?? `answered ${w.last_status}`}`;
}

const columns: Column<Webhook>[] = [
  {
    key: 'url',
    label: 'Address',
    phone: 'lead',
    class: 'webhook-url',
    show: (w) => <strong>{w.description || w.url}</strong>,
  },
  { key: 'state', label: 'State', phone: 'end', show: (w) => <EndpointState of={w} /> },
  {
    key: 'events',
    label: 'Events',
    class: 'words',
    show: (w) => (w.events.length ? w.events.map(eventName).join(', ') : 'All'),
  },
  {
    key: 'waiting',
    label: 'Waiting',
    class: 'number',
    phone: 'off',
    show: (w) => (w.waiting ? count(w.waiting) : ''),
  },
  { key: 'last', label: 'Last', class: 'words', show: last },
];

export default function Webhooks() {
  const { route } = useLocation();
  const list = useApi('GET /webhooks');
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Keys>();
  useLive((n) => n.kind === 'webhook.updated', list.reload);
  const full = list.data && list.data.items.length >= list.data.most;
  const why =
    refusalFor('webhooks.write') ??
    (full ? `There are ${list.data?.most} already: remove one first.` : undefined);
  return (
    <Page
      title="Webhooks"
      actions={
        <Button kind="main" why={why} onClick={() => setMaking(true)}>
          New endpoint
        </Button>
      }
    >
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading label="Loading endpoints" />
      ) : list.data.items.length === 0 ? (
        <Empty>
          No system of yours is told yet. An endpoint gets ids, times and scores of calls as they
          happen, never what was said.
        </Empty>
      ) : (
        <Panel>
          <DataTable
            label="Endpoints"
            rows={list.data.items}
            columns={columns}
            href={(w) => to.webhook(w.id)}
          />
        </Panel>
      )}
      <Panel title="For the receiver">
        <p class="panel-note">
          Each event is a POST of JSON with the headers webhook-id, webhook-timestamp and
          webhook-signature, as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> 1.0
          and its libraries read them. Answer with a status of 200 to 299 within 15 seconds; all
          else is tried again, ten times over three days. An event may come twice: its webhook-id is
          the same then.
        </p>
      </Panel>
      {making && (
        <Dialog title="New endpoint" onClose={() => setMaking(false)}>
          <EndpointForm
            events={list.data?.events.map((e) => e.name) ?? []}
            onClose={() => setMaking(false)}
            done={(keys) => {
              setMaking(false);
              setMade(keys);
              list.reload();
            }}
          />
        </Dialog>
      )}
      {made && (
        <SecretDialog
          of={made}
          onClose={() => {
            setMade(undefined);
            route(to.webhook(made.id));
          }}
        />
      )}
    </Page>
  );
}
