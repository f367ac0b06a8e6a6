/* One delivery: what was sent, each attempt with what was answered, and sending it again. */
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { count, fullTime } from '../../ui/format';
import { Facts } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { eventName, SendingState } from './words';

interface Try {
  at: string;
  status: number | null;
  ms: number;
  error: string | null;
  answer: string | null;
}

const when = (iso: string) => fullTime(iso, zone.value);

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function OneTry({ of }: { of: Try }) {
  return (
    <li>
      <strong>{when(of.at)}</strong>{' '}
      <span class={of.error ? 'bad-ink' : ''}>
        {of.status === null ? 'No answer' : `Status ${of.status}`} after {count(of.ms)} ms
      </span>
      {of.error && <p>{of.error}</p>}
      {of.answer && <pre class="webhook-body">{of.answer}</pre>}
    </li>
  );
}

export function DeliveryDialog({
  webhook,
  id,
  why,
  again,
  onClose,
}: {
  webhook: string;
  id: string;
  /** Why nothing can be sent now. */
  why: string | undefined;
  again: () => void;
  onClose: () => void;
}) {
  const one = useApi('GET /webhooks/{}/deliveries/{}', { at: [webhook, id] });
  const d = one.data;
  return (
    <Dialog title={d ? eventName(d.type) : 'Delivery'} onClose={onClose}>
      {one.error ? (
        <Failed error={one.error} retry={one.reload} />
      ) : !d ? (
        <Loading rows={4} label="Loading the delivery" />
      ) : (
        <div class="part form">
          <Facts
            class="rows"
            items={[
              ['State', <SendingState state={d.state} />],
              ['Why', d.reason],
              ['Happened', when(d.created_at)],
              ['Next try', d.next_at && d.state === 'waiting' ? when(d.next_at) : null],
              ['Id', <code class="webhook-id">msg_{d.event_id}</code>],
              ['Call', d.call_id && <a href={to.call(d.call_id)}>Open it</a>],
            ]}
          />
          <h3>Attempts</h3>
          {d.tries.length ? (
            <ol class="webhook-tries">
              {d.tries.map((t) => (
                <OneTry key={t.at} of={t} />
              ))}
            </ol>
          ) : (
            <p class="note">None yet.</p>
          )}
          <h3>Sent</h3>
          <pre class="webhook-body">{pretty(d.body)}</pre>
          <div class="actions">
            <Button onClick={onClose}>Close</Button>
            <Button
              kind="main"
              why={d.state === 'waiting' ? 'It is still being tried.' : why}
              onClick={again}
            >
              Send it again
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
