/* Past recordings as Opus: count what no browser plays and what is to be kept so, then convert. */
import { api, type Item } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { bytes, count, plural, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

type Walk = Item<'GET /recording-conversions'>;

const due = (w: Walk) => w.beside + w.instead + w.release;

/** What a walk found, in sentences. */
function found(w: Walk): string {
  const parts = [
    w.beside &&
      `${plural(w.beside, 'recording')} that browsers do not play would get an Opus file beside the original, about ${bytes(w.beside_estimate)} more.`,
    w.instead &&
      `${plural(w.instead, 'recording')} would be kept as Opus: about ${bytes(w.instead_estimate)} in place of ${bytes(w.instead_bytes)}.`,
    w.release &&
      `${plural(w.release, 'original')} kept beside ${w.release === 1 ? 'its' : 'their'} Opus file would go: ${bytes(w.release_bytes)} less.`,
  ].filter(Boolean);
  if (parts.length) return parts.join(' ');
  if (w.state === 'done') return 'All are as they should be.';
  return w.seen ? 'Nothing to do among those.' : '';
}

function written(w: Walk): string {
  const made = w.made
    ? `${plural(w.made, 'Opus file')} written: ${bytes(w.made_bytes)} for ${bytes(w.made_from_bytes)}`
    : 'No Opus file written';
  const left = w.state === 'running' ? 0 : w.beside + w.instead - w.made;
  return [
    made,
    w.release && `${plural(w.release, 'original')} let go of`,
    left && `${plural(left, 'recording')} left as ${left === 1 ? 'it was' : 'they were'}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function outcome(w: Walk): string {
  const seen = `${count(w.seen)}${w.total === null ? '' : ` of ${count(w.total)}`} looked at`;
  if (w.state === 'failed') return `broke off with ${seen}. ${w.reason ?? ''}`;
  const state = w.state === 'running' ? 'under way, ' : w.state === 'stopped' ? 'stopped, ' : '';
  return `${state}${seen}. ${w.mode === 'count' ? found(w) : `${written(w)}.`}`;
}

export function RecordingsPanel() {
  const hidden = refusalFor('integrations.read');
  const why = refusalFor('integrations.write');
  const walks = useApi(hidden ? null : 'GET /recording-conversions', { query: { limit: 5 } }, true);
  useLive((n) => n.kind === 'conversion.updated', walks.reload);
  const items = walks.data?.items ?? [];
  const running = items.find((w) => w.state === 'running');
  const last = items[0];
  const counted = last?.mode === 'count' && last.state === 'done' ? last : undefined;
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (e) {
      toast((e as Error).message, true);
    }
    walks.reload();
  };
  const begin = (mode: 'count' | 'convert') =>
    void act(() => api('POST /recording-conversions', { body: { mode } }));
  const notYet = counted
    ? due(counted)
      ? undefined
      : 'All are as they should be.'
    : 'Count first: it says how many recordings and bytes there are.';
  return (
    <Panel title="Past recordings">
      {hidden ? (
        <p class="panel-note">{hidden}</p>
      ) : walks.error ? (
        <Failed error={walks.error} retry={walks.reload} />
      ) : !walks.data ? (
        <Loading rows={2} label="Loading what was converted" />
      ) : (
        <div class="part form">
          <p class="note">
            Recordings that browsers do not play get an Opus file; where an integration keeps
            recordings as Opus, old ones are kept so too. The original’s hash stays; its bytes go
            only when the Opus file has been read back.
          </p>
          <div class="actions">
            {running ? (
              <Button
                why={why}
                onClick={() =>
                  void act(() => api('DELETE /recording-conversions/{}', { at: [running.id] }))
                }
              >
                Stop
              </Button>
            ) : (
              <>
                <Button why={why} onClick={() => begin('count')}>
                  Count
                </Button>
                <Button kind="main" why={why ?? notYet} onClick={() => begin('convert')}>
                  Convert
                </Button>
              </>
            )}
          </div>
          {running && (
            <progress
              aria-label="Looked at so far"
              max={running.total || 1}
              value={running.total === null ? undefined : running.seen}
            />
          )}
          {items.length > 0 && (
            <ul class="walks">
              {items.map((w) => (
                <li key={w.id}>
                  <b>{w.mode === 'count' ? 'Counted' : 'Converted'}</b>{' '}
                  {whenOf(w.created_at, zone.value)} by {w.by_name}: {outcome(w)}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Panel>
  );
}
