/* One integration: state, settings, its address, what it delivered last. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { IntegrationFull } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { count, whenOf } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { DeliveryTable } from '../inbox/delivery-table';
import { Address } from './address';
import { SettingsPanel } from './settings-panel';
import { State } from './state';
import { providerName } from './words';
import './integrations.css';

const above = { href: to.integrations(), label: 'Integrations' };

export default function IntegrationPage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  const found = useApi('GET /integrations/{}', { at: [id] }, true);
  if (!found.data) {
    return (
      <Page title="Integration" above={above}>
        {found.error ? (
          <Failed error={found.error} retry={found.reload} />
        ) : (
          <Loading label="Loading the integration" />
        )}
      </Page>
    );
  }
  return <Shown of={found.data} reload={found.reload} />;
}

function Shown({ of, reload }: { of: IntegrationFull; reload: () => void }) {
  const { route } = useLocation();
  const [ask, setAsk] = useState<'token' | 'delete'>();
  const [busy, setBusy] = useState(false);
  const [url, setUrl] = useState('');
  const all = useApi('GET /integrations');
  const now = all.data?.items.find((i) => i.id === of.id);
  const deliveries = useApi('GET /deliveries', { query: { integration: of.id, limit: 10 } }, true);
  const why = refusalFor('integrations.write');
  /* What people upload here has no address and no deliveries. */
  const uploads = of.provider === 'upload';

  const act = async () => {
    setBusy(true);
    try {
      if (ask === 'token')
        setUrl((await api('POST /integrations/{}/token', { at: [of.id] })).hook_url);
      else {
        await api('DELETE /integrations/{}', { at: [of.id] });
        toast(`${of.name} is removed.`);
        route(to.integrations());
      }
      setAsk(undefined);
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };

  return (
    <Page
      title={of.name}
      above={above}
      actions={
        uploads ? (
          <LinkButton href={to.upload()} why={refusalFor('uploads.write')}>
            Upload calls
          </LinkButton>
        ) : (
          <>
            <Button why={why} onClick={() => setAsk('token')}>
              New address
            </Button>
            <Button kind="danger" why={why} onClick={() => setAsk('delete')}>
              Remove
            </Button>
          </>
        )
      }
    >
      <Facts
        class="inline"
        items={[
          ['System', providerName(of.provider)],
          ['State', <State state={of.state} reason={now?.state_reason ?? null} />],
          ['Address ends in', now?.hook_tail ? <code>{now.hook_tail}</code> : null],
          ...(now && !uploads
            ? ([
                [
                  'Last delivery',
                  now.last_delivery_at ? whenOf(now.last_delivery_at, zone.value) : 'None yet',
                ],
                ['In 24 hours', count(now.deliveries_24h)],
                [
                  'Unparsed',
                  now.unparsed_24h ? <span class="bad-ink">{count(now.unparsed_24h)}</span> : '0',
                ],
              ] as [string, ComponentChildren][])
            : []),
        ]}
      />
      {url && <Address url={url} provider={of.provider} renewed />}
      <div class="integration-parts">
        <SettingsPanel of={of} why={why} saved={reload} />
        {!uploads && (
          <Panel
            title="Latest deliveries"
            side={<a href={to.deliveries({ integration: of.id })}>All deliveries</a>}
          >
            {deliveries.error ? (
              <Failed error={deliveries.error} retry={deliveries.reload} />
            ) : !deliveries.data ? (
              <Loading rows={3} label="Loading deliveries" />
            ) : deliveries.data.items.length ? (
              <DeliveryTable rows={deliveries.data.items} own />
            ) : (
              <p class="panel-note">Nothing has arrived at this address yet.</p>
            )}
          </Panel>
        )}
      </div>
      {ask === 'token' && (
        <Confirm
          title="Make a new address?"
          action="Make a new address"
          busy={busy}
          onClose={() => setAsk(undefined)}
          onYes={() => void act()}
          text={`The present address of ${of.name} stops working at once. Put the new one into the phone system right after.`}
        />
      )}
      {ask === 'delete' && (
        <Confirm
          title={`Remove ${of.name}?`}
          action="Remove"
          busy={busy}
          onClose={() => setAsk(undefined)}
          onYes={() => void act()}
          text="Its address stops working at once. Calls that came through it stay."
        />
      )}
    </Page>
  );
}
