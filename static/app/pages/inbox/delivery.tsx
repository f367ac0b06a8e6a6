/* One delivery exactly as it came: headers and body, byte for byte. */
import { useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { bytes, fullTime, whenOf } from '../../ui/format';
import { Facts, Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { DeliveryState } from './delivery-table';
import { ReadOne } from './read-one';
import './inbox.css';

const verdicts: Record<string, string> = {
  proved: 'Its signature or password was right',
  address: 'The secret in the address alone',
  asked: 'We asked for it',
  unproven: 'It did not prove itself. Proof was not demanded yet',
};

const above = { href: to.deliveries(), label: 'Deliveries' };

/** The header block as text, whether it is sent as one or as names and values. */
const block = (headers: unknown): string =>
  typeof headers === 'string'
    ? headers.trim()
    : Object.entries((headers ?? {}) as Record<string, unknown>)
        .map(([k, v]) => `${k}: ${String(v)}`)
        .join('\n');

function formatted(body: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return undefined;
  }
}

export default function DeliveryPage() {
  const { params } = useRoute();
  const found = useApi('GET /deliveries/{}', { at: [params.id ?? ''] });
  const [pretty, setPretty] = useState(true);
  const [waiting, setWaiting] = useState('');
  useLive((n) => n.kind === 'replay.updated' && n.object === waiting, found.reload);
  const started = (replay: string) => {
    setWaiting(replay);
    found.reload(); // the notice may have been faster than the answer
  };
  const d = found.data;
  if (!d) {
    return (
      <Page title="Delivery" above={above}>
        {found.error ? (
          <Failed error={found.error} retry={found.reload} />
        ) : (
          <Loading label="Loading the delivery" />
        )}
      </Page>
    );
  }
  const tidy = d.body === null ? undefined : formatted(d.body);
  return (
    <Page
      title={`Delivery of ${fullTime(d.received_at, zone.value)}`}
      above={above}
      actions={
        d.state !== 'received' && <ReadOne id={d.id} provider={d.provider} started={started} />
      }
    >
      <Facts
        class="inline"
        items={[
          ['State', <DeliveryState state={d.state} />],
          [
            'From',
            d.integration_id && !refusalFor('integrations.read') ? (
              <a href={to.integration(d.integration_id)}>{d.integration_name}</a>
            ) : (
              d.integration_name
            ),
          ],
          ['Address', d.source],
          ['Size', bytes(d.bytes)],
          ['Method', d.method],
          ['Query', d.query && <code>{d.query}</code>],
          ['Sender known by', d.verdict && verdicts[d.verdict]],
          ['Calls in it', String(d.calls)],
          [
            'Read',
            d.processed_at &&
              `${whenOf(d.processed_at, zone.value)}, parser ${d.parser_version}${d.settings_version ? `, settings ${d.settings_version}` : ''}`,
          ],
        ]}
      />
      {d.reason && <p class={`reason ${d.state === 'unparsed' ? 'bad-ink' : ''}`}>{d.reason}</p>}
      {d.call_links.length > 0 && (
        <Panel title="What became of it">
          <ul class="became part">
            {d.call_links.map((c) => (
              <li key={c.id}>
                <a href={to.call(c.id)}>
                  {whenOf(c.started_at, zone.value)}: {c.from_number || 'unknown'} to{' '}
                  {c.to_number || 'unknown'}
                </a>
                {c.trial && <span class="note"> A trial, counted nowhere.</span>}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Headers">
        <pre tabIndex={0} role="region" aria-label="Headers">
          {block(d.headers)}
        </pre>
      </Panel>
      <Panel
        title="Body"
        side={
          tidy !== undefined && (
            <button
              type="button"
              class={`chip ${pretty ? 'on' : ''}`}
              aria-pressed={pretty}
              onClick={() => setPretty(!pretty)}
            >
              Formatted
            </button>
          )
        }
      >
        {d.body === null && d.body_base64 && (
          <p class="panel-note">Not UTF-8 text: shown as base64.</p>
        )}
        <pre tabIndex={0} role="region" aria-label="Body">
          {(pretty && tidy) || d.body || d.body_base64 || '(empty)'}
        </pre>
      </Panel>
    </Page>
  );
}
