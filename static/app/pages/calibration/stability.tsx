/* Whether the same calls get the same answers when they are judged again. */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { money, plural, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { pointsOf } from './figures';

const TIMES = 5;
const CALLS = 10;
const LOOK_AGAIN_MS = 2000;

export function Stability({ id }: { id: string }) {
  const list = useApi('GET /scorecards/{}/reruns', { at: [id], query: { limit: 1 } }, true);
  const [busy, setBusy] = useState(false);
  const last = list.data?.items[0];
  const waiting = last?.state === 'queued';
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(list.reload, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waiting]);
  const may = !refusalFor('scorecards.write');
  const cost = useApi(may ? 'GET /scorecards/{}/reruns/estimate' : null, {
    at: [id],
    query: { times: TIMES, calls: CALLS },
  });
  const known = cost.data;
  const run = async () => {
    if (known?.requests && !confirm(`${known.text} Go ahead?`)) return;
    setBusy(true);
    try {
      await api('POST /scorecards/{}/reruns', {
        at: [id],
        body: {
          times: TIMES,
          calls: CALLS,
          ...(known?.requests ? { most_micro: known.most_micro ?? 0 } : {}),
        },
      });
      list.reload();
    } catch (e) {
      const fields = (e as { fields?: Record<string, string> }).fields ?? {};
      toast(Object.values(fields)[0] ?? (e as Error).message, true);
      cost.reload();
    }
    setBusy(false);
  };
  const goOn = async () => {
    if (!last) return;
    const had = last.most_micro ?? 0;
    const most = Math.max(2 * had, had + (known?.most_micro ?? 0));
    if (!confirm(`Go on, and spend up to ${money(most, last.currency ?? '')} in all?`)) return;
    try {
      await api('POST /scorecards/{}/reruns/{}/go-on', {
        at: [id, last.id],
        body: { most_micro: most },
      });
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  const unstable = last?.body?.questions.filter((q) => q.unstable > 0) ?? [];
  return (
    <Panel
      title="Stability"
      side={
        <Button
          why={refusalFor('scorecards.write')}
          busy={busy || waiting}
          onClick={() => void run()}
        >
          Judge {CALLS} calls {TIMES} times
        </Button>
      }
    >
      <div class="part stack" role="status">
        {!last && (
          <p class="note">
            No calls were judged again yet: see whether the same call gets the same answers.
          </p>
        )}
        {known && (
          <p class={known.fits ? 'note' : 'warn-ink'} id="rerun-cost">
            {known.text}
          </p>
        )}
        {waiting && <p class="note">The calls are being judged again.</p>}
        {last?.state === 'stopped' && (
          <>
            <p class="warn-ink">It stopped. {last.reason}</p>
            <Button why={refusalFor('scorecards.write')} onClick={() => void goOn()}>
              Go on with a higher bound
            </Button>
          </>
        )}
        {last?.state === 'failed' && <p class="bad-ink">It failed: {last.reason}</p>}
        {last?.body && last.body.unstable === 0 && (
          <p>
            {plural(last.body.calls, 'call')} judged {last.times} times each: every answer stayed
            the same.{' '}
            <span class="note">
              {last.body.engine && `By ${last.body.engine}, `}
              {whenOf(last.created_at, zone.value)}
            </span>
          </p>
        )}
        {last?.body && last.body.unstable > 0 && (
          <>
            <p class="warn-ink">
              {last.body.unstable} of {plural(last.body.calls, 'call')} changed when judged{' '}
              {last.times} times; the score moved by up to {pointsOf(last.body.spread_bp)} points.{' '}
              <span class="note">{last.body.engine && `By ${last.body.engine}.`}</span>
            </p>
            <ul>
              {unstable.map((q) => (
                <li key={q.key}>
                  “{q.text}” changed in {plural(q.unstable, 'call')}, by up to{' '}
                  {pointsOf(q.spread_bp)} points.
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  );
}
