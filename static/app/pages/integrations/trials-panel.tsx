/* Trying the connection or the address: the steps as they are found, each with what to do. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useLive } from '../../api/live';
import { zone } from '../../api/session';
import type { Trial } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { addressOf } from './shown-address';

const names: Record<string, string> = {
  address: 'Address',
  tls: 'Connection',
  login: 'Login',
  list: 'Call list',
  recording: 'Recording',
  line: 'Line',
  send: 'Sent',
  stored: 'Stored',
  read: 'Read',
  end: 'End',
};
const found = {
  good: { label: 'Good', tone: 'good' },
  bad: { label: 'Fault', tone: 'bad' },
  skipped: { label: 'Not tried', tone: 'none' },
};

function Steps({ of }: { of: Trial }) {
  return (
    <div class="part" aria-live="polite">
      <p class="trial-head">
        {of.kind === 'hook' ? 'Sample through the address' : 'Connection'},{' '}
        {whenOf(of.created_at, zone.value)}
        {of.state === 'running'
          ? ': under way …'
          : of.state === 'passed'
            ? ': no fault found.'
            : '.'}
        {of.call_id && (
          <>
            {' '}
            <a href={to.call(of.call_id)}>See the call</a>
          </>
        )}
        {of.delivery_id && (
          <>
            {' '}
            <a href={to.delivery(of.delivery_id)}>See the delivery</a>
          </>
        )}
      </p>
      <ol class="trial-steps">
        {of.steps.map((s) => (
          <li key={s.name}>
            <b>{names[s.name] ?? s.name}</b>
            <span class={`answer ${found[s.found].tone}`}>{found[s.found].label}</span>
            <span>
              {s.text} {s.cure && <strong>{s.cure}</strong>}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

export function TrialsPanel({ id, why }: { id: string; why: string | undefined }) {
  const [typed, setTyped] = useState('');
  const [ask, setAsk] = useState(false);
  const [error, setError] = useState<ApiError>();
  const trials = useApi('GET /trials', { query: { integration: id, limit: 1 } }, true);
  useLive((n) => n.kind === 'integration.updated' && n.object === id, trials.reload);
  const latest = trials.data?.items[0];
  const busy = latest?.state === 'running';
  const url = addressOf(id) || typed.trim();

  const start = async (kind: 'connection' | 'hook') => {
    setError(undefined);
    if (kind === 'hook' && !url) {
      setAsk(true);
      return;
    }
    try {
      await api('POST /integrations/{}/trials', {
        at: [id],
        body: kind === 'hook' ? { kind, hook_url: url } : { kind },
      });
      setAsk(false);
    } catch (e) {
      if (e instanceof ApiError && e.fields.hook_url) {
        setAsk(true);
        setError(e);
      } else toast((e as Error).message, true);
    }
    trials.reload();
  };

  return (
    <Panel title="Does it work?">
      <div class="part form">
        <div class="actions">
          <Button why={why} busy={busy} onClick={() => void start('connection')}>
            Try the connection
          </Button>
          <Button why={why} busy={busy} onClick={() => void start('hook')}>
            Send a sample
          </Button>
        </div>
        {ask && !addressOf(id) && (
          <TextField
            label="Webhook address"
            name="hook_url"
            type="url"
            value={typed}
            onChange={setTyped}
            required
            error={error?.fields.hook_url}
            help="Paste it as the phone system has it, and press Send a sample. Only its hash is kept here, so we cannot fill it in. The sample's call is marked as a trial and counted nowhere."
          />
        )}
      </div>
      {latest && <Steps of={latest} />}
    </Panel>
  );
}
