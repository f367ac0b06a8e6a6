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
import { Facts, Page } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { Address } from './address';
import { ChannelsPanel } from './channels-panel';
import { PolicyPanel } from './policy-panel';
import { ClockNote } from './clock-note';
import { LatestDeliveries } from './latest-deliveries';
import { NetworkPanel } from './network-panel';
import { PollsPanel } from './polls-panel';
import { RotationPanel } from './rotation-panel';
import { SettingsPanel } from './settings-panel';
import { SetupFile } from './setup-file';
import { rememberAddress } from './shown-address';
import { State } from './state';
import { RecordingsPanel } from './recordings-panel';
import { TrialsPanel } from './trials-panel';
import { WatchNote } from './watch-note';
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
  /* Whether the address before it has ended. */
  const [over, setOver] = useState(true);
  const all = useApi('GET /integrations');
  const providers = useApi('GET /providers');
  const canBePolled = providers.data?.items.find((p) => p.slug === of.provider)?.can_be_polled;
  const now = all.data?.items.find((i) => i.id === of.id);
  const why = refusalFor('integrations.write');
  /* What people upload here has no address and no deliveries. */
  const uploads = of.provider === 'upload';

  const act = async () => {
    setBusy(true);
    try {
      if (ask === 'token') {
        const made = (await api('POST /integrations/{}/token', { at: [of.id] })).hook_url;
        rememberAddress(of.id, made);
        setUrl(made);
        setOver(true);
        reload();
      } else {
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
            <LinkButton href={to.guide(of.id)}>Guide</LinkButton>
            {of.provider === 'generic' && (
              <LinkButton href={to.fieldMap(of.id)}>Field map</LinkButton>
            )}
            {!url && <SetupFile id={of.id} provider={of.provider} why={why} />}
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
      {!uploads && <ClockNote of={of} why={why} saved={reload} />}
      {!uploads && <WatchNote of={of} why={why} changed={reload} />}
      {url && <Address id={of.id} url={url} provider={of.provider} renewed={over} />}
      <div class="integration-parts">
        {uploads ? (
          <PolicyPanel id={of.id} uploads why={why} />
        ) : (
          <div class="stack">
            <SettingsPanel of={of} why={why} saved={reload} />
            <PolicyPanel id={of.id} uploads={false} why={why} />
          </div>
        )}
        {!uploads && (
          <div class="stack">
            <RotationPanel
              of={of}
              why={why}
              changed={reload}
              made={(made) => {
                rememberAddress(of.id, made);
                setUrl(made);
                setOver(false);
              }}
            />
            <TrialsPanel id={of.id} why={why} />
            <LatestDeliveries id={of.id} />
            <RecordingsPanel id={of.id} />
            {canBePolled && <PollsPanel id={of.id} why={why} />}
            <ChannelsPanel id={of.id} why={why} />
            <NetworkPanel of={of} />
          </div>
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
