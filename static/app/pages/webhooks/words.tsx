/* What events, states and deliveries of webhooks are called. */
import type { Item } from '../../api/client';

export type Webhook = Item<'GET /webhooks'>;
export type Sending = Item<'GET /webhooks/{}/deliveries'>;

const names: Record<string, string> = {
  'call.received': 'A call was received',
  'call.updated': 'A call has ended or changed',
  'recording.ready': 'A recording can be played',
  'transcript.ready': 'A transcript is there',
  'call.scored': 'A call was scored',
  'review.completed': 'A person scored a call',
  'task.created': 'A task was made',
  'task.done': 'A task is done',
  'webhook.test': 'Test',
};

export const eventName = (type: string) => names[type] ?? type;

export function EndpointState({ of }: { of: { state: string; failing_since: string | null } }) {
  if (of.state === 'disabled') return <span class="answer bad">Switched off</span>;
  if (of.state === 'off') return <span class="answer none">Off</span>;
  if (of.failing_since) return <span class="answer warn">Failing</span>;
  return <span class="answer good">On</span>;
}

export const sendingStates: Record<string, { label: string; tone: string }> = {
  waiting: { label: 'Waiting', tone: 'none' },
  delivered: { label: 'Delivered', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  held: { label: 'Held', tone: 'warn' },
};

export function SendingState({ state }: { state: string }) {
  const { label, tone } = sendingStates[state] ?? { label: state, tone: 'none' };
  return <span class={`answer ${tone}`}>{label}</span>;
}
