/* Deliveries being read again: how far, what it changed, and stopping it. */
import { api } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import type { Replay } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { count, plural, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toast } from '../../ui/toast';

function what(r: Replay): string {
  const span = [
    r.from_at && `from ${whenOf(r.from_at, zone.value)}`,
    r.to_at && `until ${whenOf(r.to_at, zone.value)}`,
    r.only_state && `only ${r.only_state}`,
    r.only_reason && `with “${r.only_reason}” in the reason`,
    r.older_than !== null && 'read by an older parser',
    r.parser !== null && `with version ${r.parser} of the parser`,
  ].filter(Boolean);
  if (r.delivery_id) return ['One delivery', ...span].join(', ');
  return span.length ? `Deliveries ${span.join(', ')}` : 'All deliveries';
}

function outcome(r: Replay): string {
  const of = r.total === null ? '' : ` of ${count(r.total)}`;
  const found = `${plural(r.changed, 'delivery tells', 'deliveries tell')} something else than before`;
  const left = r.unparsed ? `; ${plural(r.unparsed, 'is', 'are')} still unreadable` : '';
  if (r.state === 'failed') return `It broke off after ${count(r.done)}${of}: ${r.reason ?? ''}`;
  if (r.state === 'running') return `${count(r.done)}${of} read so far; ${found}.`;
  return `${r.state === 'stopped' ? 'Stopped after' : 'Read'} ${count(r.done)}${of}: ${found}${left}.`;
}

export function ReplaysPanel({
  integration,
  changed,
}: {
  integration?: string;
  changed?: () => void;
}) {
  const list = useApi('GET /replays', { query: { integration, limit: 5 } }, true);
  useLive(
    (n) => n.kind === 'replay.updated',
    () => {
      list.reload();
      changed?.();
    },
  );
  const why = refusalFor('integrations.write');
  const stop = async (id: string) => {
    try {
      await api('DELETE /replays/{}', { at: [id] });
    } catch (e) {
      toast((e as Error).message, true);
    }
    list.reload();
  };
  if (!list.data?.items.length) return null;
  return (
    <Panel title="Read again">
      <ul class="replays part">
        {list.data.items.map((r) => (
          <li key={r.id}>
            <div>
              <b>{what(r)}</b> by {r.by_name}, {whenOf(r.created_at, zone.value)}. {outcome(r)}
            </div>
            {r.state === 'running' && (
              <>
                <progress
                  aria-label="Read so far"
                  max={r.total || 1}
                  value={r.total === null ? undefined : r.done}
                />
                <Button why={why} onClick={() => void stop(r.id)}>
                  Stop
                </Button>
              </>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
