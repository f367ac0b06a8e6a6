/* One tag for many calls: stands above the list while one chooses them. What was done can be undone as long as it stands. */
import { useState } from 'preact/hooks';
import { api, ApiError } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { count, plural } from '../../ui/format';
import { everyMatch } from '../calls/every-match';
import '../reports/reports.css';
import './tags.css';

const mostCalls = 1000;
type Act = 'put' | 'take_off';

/** What was done last: to the calls that it changed, the opposite can be done. */
interface Done {
  act: Act;
  tag: string;
  found: number;
  changed: string[];
}

export function TagBar({
  chosen,
  all,
  asked,
  set,
  onClose,
}: {
  chosen: Set<string>;
  all: string[];
  /** The filter of the list. */
  asked: Record<string, string>;
  set: (ids: Set<string>) => void;
  onClose: () => void;
}) {
  const known = useApi('GET /tags', {});
  const [tag, setTag] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [done, setDone] = useState<Done>();
  const trying = async (run: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await run();
    } catch (e) {
      setError(e instanceof ApiError ? Object.values(e.fields)[0] || e.message : String(e));
    }
    setBusy(false);
  };
  const act = (what: Act, calls: string[], name: string) =>
    trying(async () => {
      const body = { calls, tags: [name], act: what };
      setDone({ act: what, tag: name, ...(await api('POST /call-tags', { body })) });
      known.reload();
    });
  const undo = () => done && act(done.act === 'put' ? 'take_off' : 'put', done.changed, done.tag);
  const match = () => trying(async () => set(new Set(await everyMatch(asked, mostCalls))));
  const why = !chosen.size
    ? 'Choose calls first.'
    : chosen.size > mostCalls
      ? `At most ${count(mostCalls)} calls at a time.`
      : !tag.trim()
        ? 'Write the tag first.'
        : undefined;
  return (
    <form
      class="panel batch-bar"
      aria-label="Tags of several calls"
      onSubmit={(event) => {
        event.preventDefault();
        if (!why) void act('put', [...chosen], tag.trim());
      }}
    >
      <p aria-live="polite">
        {chosen.size ? `${plural(chosen.size, 'call')} chosen.` : 'Choose the calls to tag.'}
        {done && ` ${sentence(done)}`}{' '}
        {done && done.changed.length > 0 && (
          <Button kind="quiet" busy={busy} onClick={() => void undo()}>
            Undo
          </Button>
        )}
      </p>
      {error && (
        <p class="bad-ink" role="alert">
          {error}
        </p>
      )}
      <div class="actions">
        <Button onClick={() => set(new Set(all))}>All on this page</Button>
        <Button busy={busy} onClick={() => void match()}>
          All that match, up to {count(mostCalls)}
        </Button>
        <span class="add-tag">
          <input
            aria-label="Tag"
            placeholder="Tag"
            value={tag}
            maxLength={40}
            list="tags-of-many"
            autocomplete="off"
            onInput={(event) => setTag(event.currentTarget.value)}
          />
          <datalist id="tags-of-many">
            {known.data?.items.map((t) => (
              <option value={t.name} key={t.name} />
            ))}
          </datalist>
        </span>
        <Button type="submit" kind="main" why={why} busy={busy}>
          Put on
        </Button>
        <Button why={why} busy={busy} onClick={() => void act('take_off', [...chosen], tag.trim())}>
          Take off
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Close
        </Button>
      </div>
    </form>
  );
}

function sentence(d: Done): string {
  const put = d.act === 'put';
  const rest = d.found - d.changed.length;
  const others = rest ? (put ? ` ${count(rest)} had it.` : ` ${count(rest)} did not have it.`) : '';
  return `“${d.tag}” ${put ? 'put on' : 'taken off'} ${plural(d.changed.length, 'call')}.${others}`;
}
