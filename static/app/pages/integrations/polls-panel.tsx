/* Asking the phone system for past calls: count them first, then fetch; and what that found. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import { useLive } from '../../api/live';
import { zone } from '../../api/session';
import type { Poll } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { count, dayOf, startOfDay, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { estimate } from './estimate';

const DAY = 86_400_000;
const words = { count: 'Counted', backfill: 'Fetched', nightly: 'Nightly look' } as Record<
  string,
  string
>;

function outcome(p: Poll, cost: (seconds: number) => string): string {
  const minutes = Math.round(p.recorded_s / 60);
  const price = p.mode === 'count' ? cost(p.recorded_s) : '';
  const length = minutes
    ? `, about ${count(minutes)} minutes recorded${price && `: ${price}`}`
    : '';
  if (p.state === 'failed') return p.reason ?? 'It failed.';
  const found = `${count(p.calls)} calls, ${count(p.new_calls)} of them new${length}`;
  if (p.state === 'running') return `Under way: ${found} so far`;
  if (p.state === 'stopped') return `Stopped: ${found}`;
  return p.mode === 'count' ? found : `${found}; ${count(p.found)} came only this way`;
}

export function PollsPanel({ id, why }: { id: string; why: string | undefined }) {
  const [from, setFrom] = useState(dayOf(Date.now() - 30 * DAY, zone.value));
  const [error, setError] = useState<ApiError>();
  const polls = useApi('GET /polls', { query: { integration: id, limit: 5 } }, true);
  useLive((n) => n.kind === 'integration.updated' && n.object === id, polls.reload);
  const engines = useApi('GET /speech-engines');
  const cost = (seconds: number) =>
    engines.data
      ? estimate(seconds, engines.data.items, new Date().toISOString().slice(0, 10))
      : '';
  const running = polls.data?.items.find((p) => p.state === 'running');

  const act = async (work: () => Promise<unknown>) => {
    setError(undefined);
    try {
      await work();
      polls.reload();
    } catch (e) {
      if (e instanceof ApiError && e.fields.from) setError(e);
      else toast((e as Error).message, true);
    }
  };
  const start = (mode: 'count' | 'backfill') =>
    act(() =>
      api('POST /integrations/{}/polls', {
        at: [id],
        body: { mode, from: startOfDay(from, zone.value) },
      }),
    );

  return (
    <Panel title="Past calls">
      <div class="part form">
        <TextField
          label="Since"
          name="from"
          type="date"
          value={from}
          onChange={setFrom}
          required
          error={error?.fields.from}
          help="Count first: it says how many calls there are, how many minutes would be transcribed, and about what the speech engine would take for them; a language engine behind an API comes on top. Fetching goes on at low priority beside live calls."
        />
        <div class="actions">
          {running ? (
            <Button
              why={why}
              onClick={() => void act(() => api('DELETE /polls/{}', { at: [running.id] }))}
            >
              Stop
            </Button>
          ) : (
            <>
              <Button why={why} onClick={() => void start('count')}>
                Count
              </Button>
              <Button kind="main" why={why} onClick={() => void start('backfill')}>
                Fetch
              </Button>
            </>
          )}
        </div>
        {polls.error ? (
          <Failed error={polls.error} retry={polls.reload} />
        ) : !polls.data ? (
          <Loading rows={2} label="Loading what was asked" />
        ) : (
          <ul class="polls">
            {polls.data.items.map((p) => (
              <li key={p.id}>
                <b>{words[p.mode]}</b> {whenOf(p.created_at, zone.value)}: {outcome(p, cost)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
