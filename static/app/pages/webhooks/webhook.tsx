/* One endpoint: its state, its secrets, and the log of what was sent to it. */
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Confirm, Dialog } from '../../ui/dialog';
import { fullTime, whenOf } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { EndpointForm, type Keys } from './endpoint-form';
import { Log } from './log';
import { SecretDialog } from './secret';
import { EndpointState, eventName } from './words';
import './webhooks.css';

const above = { href: to.webhooks(), label: 'Webhooks' };

type Asked = 'change' | 'rotate' | 'old' | 'remove';

export default function WebhookPage() {
  const id = useRoute().params.id ?? '';
  const { route } = useLocation();
  const one = useApi('GET /webhooks/{}', { at: [id] }, true);
  const known = useApi('GET /webhooks');
  const [asked, setAsked] = useState<Asked>();
  const [keys, setKeys] = useState<Keys>();
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  useLive((n) => n.kind === 'webhook.updated' && n.object === id, one.reload);
  const why = refusalFor('webhooks.write');
  const act = async (work: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await work();
      if (said) toast(said);
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
    setAsked(undefined);
    one.reload();
    setTurn((n) => n + 1);
  };
  const w = one.data;
  if (!w)
    return (
      <Page title="Webhook" above={above}>
        {one.error ? <Failed error={one.error} retry={one.reload} /> : <Loading />}
      </Page>
    );
  const on = w.state === 'on';
  const turnTo = (active: boolean) =>
    act(
      () => api('PATCH /webhooks/{}', { at: [id], version: w.version, body: { active } }),
      active ? 'Events are sent to it again.' : 'Nothing is sent to it any more.',
    );
  return (
    <Page
      title={w.description || new URL(w.url).host}
      above={above}
      actions={
        <>
          <Button why={why} onClick={() => setAsked('change')}>
            Change
          </Button>
          <Button why={why} busy={busy} onClick={() => void turnTo(!on)}>
            {on ? 'Switch off' : 'Switch on'}
          </Button>
          <Button
            kind="main"
            why={why}
            busy={busy}
            onClick={() =>
              void act(
                () => api('POST /webhooks/{}/test', { at: [id] }),
                'A test event is on its way: see below.',
              )
            }
          >
            Send a test
          </Button>
        </>
      }
    >
      <Panel title="Endpoint">
        {w.state === 'disabled' && (
          <p class="panel-note bad-ink">
            Switched off {whenOf(w.state_at, zone.value)}. {w.state_reason} What happens meanwhile
            is held: switch it on, then send that time again.
          </p>
        )}
        {on && w.failing_since && (
          <p class="panel-note warn-ink">
            It has done nothing but fail since {fullTime(w.failing_since, zone.value)}. After five
            days it is switched off.
          </p>
        )}
        <div class="part">
          <Facts
            class="rows"
            items={[
              ['State', <EndpointState of={w} />],
              ['Address', <code class="webhook-id">{w.url}</code>],
              ['Events', w.events.length ? w.events.map(eventName).join(', ') : 'All'],
              ['Secret', `since ${fullTime(w.secret_at, zone.value)}`],
              ['Public key', w.public_key && <code class="webhook-id">{w.public_key}</code>],
              ['Old secret', w.old_until && `signs too until ${fullTime(w.old_until, zone.value)}`],
              ['Made by', w.by_name],
            ]}
          />
          <div class="actions webhook-acts">
            {w.old_until ? (
              <Button why={why} onClick={() => setAsked('old')}>
                End the old secret
              </Button>
            ) : (
              <Button why={why} onClick={() => setAsked('rotate')}>
                New secret
              </Button>
            )}
            <Button why={why} kind="quiet" onClick={() => setAsked('remove')}>
              Remove
            </Button>
          </div>
        </div>
      </Panel>
      <Log of={id} turn={turn} why={why ?? (on ? undefined : 'Switch the endpoint on first.')} />
      {asked === 'change' && (
        <Dialog title="Change the endpoint" onClose={() => setAsked(undefined)}>
          <EndpointForm
            of={w}
            events={known.data?.events.map((e) => e.name) ?? []}
            onClose={() => setAsked(undefined)}
            done={() => {
              setAsked(undefined);
              toast('Saved.');
              one.reload();
            }}
          />
        </Dialog>
      )}
      {asked === 'rotate' && (
        <Confirm
          title="Make a new secret?"
          text="For 24 hours each delivery is signed by both, so that the receiver can be changed without a gap."
          action="Make it"
          busy={busy}
          onClose={() => setAsked(undefined)}
          onYes={() =>
            void act(async () => setKeys(await api('POST /webhooks/{}/rotate', { at: [id] })), '')
          }
        />
      )}
      {asked === 'old' && (
        <Confirm
          title="End the old secret?"
          text="A receiver that still checks with it refuses what comes from now on."
          action="End it"
          busy={busy}
          onClose={() => setAsked(undefined)}
          onYes={() =>
            void act(() => api('DELETE /webhooks/{}/old', { at: [id] }), 'The old secret is ended.')
          }
        />
      )}
      {asked === 'remove' && (
        <Confirm
          title="Remove this endpoint?"
          text="Nothing is sent to it any more, and its log is gone."
          action="Remove"
          busy={busy}
          onClose={() => setAsked(undefined)}
          onYes={() =>
            void act(async () => {
              await api('DELETE /webhooks/{}', { at: [id] });
              route(to.webhooks());
            }, 'The endpoint is removed.')
          }
        />
      )}
      {keys && <SecretDialog of={keys} onClose={() => setKeys(undefined)} />}
    </Page>
  );
}
