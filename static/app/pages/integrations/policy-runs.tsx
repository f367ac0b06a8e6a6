/* Carrying the policy back over past days: counted first, then applied, and what earlier runs did. */
import { useState } from 'preact/hooks';
import { api, type Item } from '../../api/client';
import { useLive } from '../../api/live';
import { zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { count, plural, whenOf } from '../../ui/format';
import { Failed } from '../../ui/states';
import { toast } from '../../ui/toast';

type Run = Item<'GET /integrations/{}/policy/runs'>;

function outcome(r: Run): string {
  const minutes = Math.round(r.wanted_s / 60);
  const found = `${plural(r.wanted, 'stored call')} of ${count(r.calls)}${
    minutes ? `, about ${count(minutes)} minutes,` : ''
  }`;
  if (r.state === 'failed') return r.reason ?? 'It failed.';
  if (r.state === 'running') return `under way, ${found} so far`;
  if (r.state === 'stopped') return `stopped after ${found}`;
  return r.mode === 'count' ? `${found} would be started` : `${found} started`;
}

export function PolicyRuns({ id, why }: { id: string; why: string | undefined }) {
  const [days, setDays] = useState('7');
  const runs = useApi('GET /integrations/{}/policy/runs', { at: [id], query: { limit: 5 } }, true);
  useLive((n) => n.kind === 'integration.updated' && n.object === id, runs.reload);
  const last = runs.data?.items[0];
  const running = runs.data?.items.find((r) => r.state === 'running');
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
      runs.reload();
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  const begin = (mode: 'count' | 'apply') =>
    void act(() =>
      api('POST /integrations/{}/policy/runs', {
        at: [id],
        body: { mode, days: Number(days) || 0 },
      }),
    );
  return (
    <div class="form">
      <TextField
        label="Past calls: apply it to the last so many days"
        name="days"
        value={days}
        onChange={setDays}
        required
        help="Only starts what was stored and is wanted now, at low priority. Nothing that was analysed is taken back."
      />
      <div class="actions">
        {running ? (
          <Button
            why={why}
            onClick={() => void act(() => api('DELETE /policy-runs/{}', { at: [running.id] }))}
          >
            Stop
          </Button>
        ) : (
          <>
            <Button why={why} onClick={() => begin('count')}>
              Count
            </Button>
            <Button
              kind="main"
              why={why ?? (last ? undefined : 'Count first: it says how much would be analysed.')}
              onClick={() => begin('apply')}
            >
              Apply
            </Button>
          </>
        )}
      </div>
      {runs.error && <Failed error={runs.error} retry={runs.reload} />}
      <ul class="polls">
        {runs.data?.items.map((r) => (
          <li key={r.id}>
            <b>{r.mode === 'count' ? 'Counted' : 'Applied'}</b> version {r.version},{' '}
            {whenOf(r.created_at, zone.value)}: {outcome(r)}
          </li>
        ))}
      </ul>
    </div>
  );
}
