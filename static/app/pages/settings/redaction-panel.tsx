/* What is redacted from calls: on or off, kinds, patterns of one's own, a preview on a pasted text, and
 * runs over past calls. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api, type Item } from '../../api/client';
import { useLive } from '../../api/live';
import { refusalFor, zone } from '../../api/session';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { AreaField } from '../../ui/field';
import { count, plural, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

type Run = Item<'GET /redaction/runs'>;

/** "name: pattern" lines, and back. */
const readPatterns = (text: string) =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean)
    .map((l) => {
      const at = l.indexOf(':');
      return at < 0
        ? { name: '', pattern: l }
        : { name: l.slice(0, at).trim(), pattern: l.slice(at + 1).trim() };
    });

export function RedactionPanel() {
  const hidden = refusalFor('integrations.read');
  const why = refusalFor('integrations.write');
  const now = useApi(hidden ? null : 'GET /redaction', {}, true);
  const [kinds, setKinds] = useState<string[]>([]);
  const [patterns, setPatterns] = useState('');
  const [text, setText] = useState('');
  const [lines, setLines] = useState<string[]>();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const version = now.data?.version;
  useEffect(() => {
    setKinds(now.data?.kinds ?? []);
    setPatterns(now.data?.patterns.map((p) => `${p.name}: ${p.pattern}`).join('\n') ?? '');
  }, [version]);

  const act = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (e) {
      if (e instanceof ApiError && Object.keys(e.fields).length) setError(e);
      else toast((e as Error).message, true);
    }
    setBusy(false);
  };
  const rules = { kinds, patterns: readPatterns(patterns) };
  const save = (active: boolean) =>
    act(async () => {
      await api('PUT /redaction', { body: { ...rules, active }, version: version ?? 0 });
      toast(active ? 'Saved. Calls are redacted from now on.' : 'Saved. Redaction is off.');
      now.reload();
    });
  const preview = () =>
    act(async () => {
      setLines((await api('POST /redaction/preview', { body: { ...rules, text } })).lines);
    });

  if (hidden)
    return (
      <Panel title="Redaction">
        <p class="panel-note">{hidden}</p>
      </Panel>
    );
  if (now.error)
    return (
      <Panel title="Redaction">
        <Failed error={now.error} retry={now.reload} />
      </Panel>
    );
  if (!now.data)
    return (
      <Panel title="Redaction">
        <Loading rows={3} label="Loading what is redacted" />
      </Panel>
    );
  const on = now.data.active;
  return (
    <Panel title={`Redaction: ${on ? 'on' : 'off'}`}>
      <div class="part form">
        <p class="note">
          What is chosen here leaves a transcript before anything else sees it, and is silent in the
          recording. The words are sealed; people with the permission originals.read can read them,
          which is audited. While it is on, a call that has not gone through it is closed to all. A
          speech engine of others hears the whole sound: it has to, to write it down.
        </p>
        <fieldset class="kinds">
          <legend>What is redacted</legend>
          {now.data.known.map((k) => (
            <label key={k.name}>
              <input
                type="checkbox"
                checked={kinds.includes(k.name)}
                onChange={() =>
                  setKinds(
                    kinds.includes(k.name) ? kinds.filter((x) => x !== k.name) : [...kinds, k.name],
                  )
                }
              />
              {k.title}
            </label>
          ))}
        </fieldset>
        {error?.fields.kinds && <p class="field-error">{error.fields.kinds}</p>}
        <AreaField
          label="Patterns of your own"
          name="patterns"
          rows={3}
          value={patterns}
          onChange={setPatterns}
          error={error?.fields.patterns}
          help="One a line, name: pattern, such as badge: bx\d{4}. Perl-compatible, within one turn."
        />
        <div class="actions">
          {on ? (
            <>
              <Button kind="main" why={why} busy={busy} onClick={() => void save(true)}>
                Save
              </Button>
              <Button why={why} onClick={() => void save(false)}>
                Switch off
              </Button>
            </>
          ) : (
            <Button kind="main" why={why} busy={busy} onClick={() => void save(true)}>
              Switch on
            </Button>
          )}
        </div>
        <AreaField
          label="Try it on a text"
          name="text"
          rows={3}
          value={text}
          onChange={setText}
          error={error?.fields.text}
          help="A line for each turn. Nothing of it is stored."
        />
        <div class="actions">
          <Button
            why={why ?? (text.trim() ? undefined : 'Paste a text first.')}
            onClick={() => void preview()}
          >
            Preview
          </Button>
        </div>
        {lines && (
          <output class="redaction-preview" aria-label="As it would be kept">
            {lines.map((l, n) => (
              <p key={n}>{l}</p>
            ))}
          </output>
        )}
        {on && (
          <PastCalls waiting={now.data.waiting} muting={now.data.muting} reload={now.reload} />
        )}
      </div>
    </Panel>
  );
}

function outcome(r: Run): string {
  const seen = `${count(r.seen)}${r.total === null ? '' : ` of ${count(r.total)}`} transcripts looked at`;
  if (r.state === 'failed') return `broke off with ${seen}. ${r.reason ?? ''}`;
  const state = r.state === 'running' ? 'under way, ' : r.state === 'stopped' ? 'stopped, ' : '';
  return `${state}${seen}; ${plural(r.places, 'place')} in ${count(r.changed)}.`;
}

function PastCalls({
  waiting,
  muting,
  reload,
}: {
  waiting: number;
  muting: number;
  reload: () => void;
}) {
  const why = refusalFor('integrations.write');
  const runs = useApi('GET /redaction/runs', { query: { limit: 5 } }, true);
  useLive(
    (n) => n.kind === 'redaction.updated',
    () => {
      runs.reload();
      reload();
    },
  );
  const items = runs.data?.items ?? [];
  const running = items.find((r) => r.state === 'running');
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (e) {
      toast((e as Error).message, true);
    }
    runs.reload();
  };
  const begin = (mode: 'count' | 'redact') =>
    void act(() => api('POST /redaction/runs', { body: { mode } }));
  return (
    <>
      <h3>Past calls</h3>
      <p class="note">
        A run rewrites past transcripts and what was scored; values of customer fields, finished
        tasks and reviews that people wrote stay as they are.{' '}
        {waiting
          ? `${waiting >= 1000 ? 'A thousand or more transcripts' : plural(waiting, 'transcript')} from before ${waiting === 1 ? 'is' : 'are'} closed until a run has gone through.`
          : 'All transcripts have gone through redaction.'}
        {muting > 0 && ` ${plural(muting, 'recording')} still without a muted copy.`}
      </p>
      <div class="actions">
        {running ? (
          <Button
            why={why}
            onClick={() => void act(() => api('DELETE /redaction/runs/{}', { at: [running.id] }))}
          >
            Stop
          </Button>
        ) : (
          <>
            <Button why={why} onClick={() => begin('count')}>
              Count
            </Button>
            <Button why={why} onClick={() => begin('redact')}>
              Redact past calls
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
          {items.map((r) => (
            <li key={r.id}>
              <b>{r.mode === 'count' ? 'Counted' : 'Redacted'}</b>{' '}
              {whenOf(r.created_at, zone.value)} by {r.by_name}: {outcome(r)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
