/* A tracker's words: made, changed, and tried on the newest call before it is kept. */
import { useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import { clockMs } from '../../ui/format';

export interface Words {
  name: string;
  kind: string;
  speaker: string;
  /** One phrase or pattern a line. */
  lines: string;
}

export type TrackerBody = {
  name: string;
  kind: 'phrase' | 'pattern';
  speaker: 'anyone' | 'agent' | 'customer';
  patterns: string[];
};

const bodyOf = (w: Words): TrackerBody => ({
  name: w.name,
  kind: w.kind as TrackerBody['kind'],
  speaker: w.speaker as TrackerBody['speaker'],
  patterns: w.lines
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean),
});

export const speakers: Record<string, string> = {
  anyone: 'Anyone',
  agent: 'The agent',
  customer: 'The customer',
};

export function TrackerForm({
  start,
  action,
  why,
  save,
}: {
  start: Words;
  action: string;
  why?: string | undefined;
  save: (body: TrackerBody) => Promise<unknown>;
}) {
  const [words, setWords] = useState(start);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const set = (field: keyof Words) => (value: string) => setWords({ ...words, [field]: value });
  const submit = async () => {
    if (busy || why) return;
    setBusy(true);
    setError(undefined);
    try {
      await save(bodyOf(words));
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, 'broken', String(e)));
    }
    setBusy(false);
  };
  return (
    <form
      class="form part"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {error && !Object.keys(error.fields).length && (
        <p class="form-error" role="alert">
          {error.message}
        </p>
      )}
      <TextField
        label="Name"
        name="name"
        required
        value={words.name}
        onChange={set('name')}
        error={error?.fields.name}
        placeholder="Competitor named"
      />
      <SelectField
        label="Written as"
        name="kind"
        required
        value={words.kind}
        onChange={set('kind')}
        choices={[
          { value: 'phrase', label: 'Words and phrases' },
          { value: 'pattern', label: 'Perl-compatible patterns' },
        ]}
      />
      <SelectField
        label="Said by"
        name="speaker"
        required
        value={words.speaker}
        onChange={set('speaker')}
        choices={Object.entries(speakers).map(([value, label]) => ({ value, label }))}
      />
      <Lines
        value={words.lines}
        onChange={set('lines')}
        error={error?.fields.patterns}
        pattern={words.kind === 'pattern'}
      />
      <div class="form-end">
        <Button type="submit" kind="main" busy={busy} why={why}>
          {action}
        </Button>
        <Trial body={bodyOf(words)} />
      </div>
    </form>
  );
}

function Lines({
  value,
  onChange,
  error,
  pattern,
}: {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  pattern: boolean;
}) {
  return (
    <div class="field">
      <label for="tracker-lines">{pattern ? 'Patterns' : 'Phrases'}</label>
      <textarea
        id="tracker-lines"
        name="patterns"
        rows={5}
        required
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby="tracker-lines-help"
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {error && <p class="field-error">{error}</p>}
      <p class="field-help" id="tracker-lines-help">
        {pattern
          ? 'One a line, up to 20. Upper and lower case are the same.'
          : 'One a line, up to 20. Whole words, whatever their case; cancel* also finds cancelled.'}
      </p>
    </div>
  );
}

/** Where the words are said in the newest call that was transcribed. */
function Trial({ body }: { body: TrackerBody }) {
  const calls = useApi('GET /calls', { query: { state: 'scored', limit: 1 } });
  const [found, setFound] = useState<Reply<'POST /trackers/try'>>();
  const [error, setError] = useState('');
  const call = calls.data?.items[0];
  if (!call) return null;
  const run = async () => {
    setError('');
    setFound(undefined);
    try {
      setFound(
        await api('POST /trackers/try', {
          body: { kind: body.kind, speaker: body.speaker, patterns: body.patterns, call: call.id },
        }),
      );
    } catch (e) {
      setError(e instanceof ApiError ? (e.fields.patterns ?? e.message) : String(e));
    }
  };
  return (
    <div class="trial">
      <Button onClick={() => void run()}>Try on the newest call</Button>
      <div role="status">
        {error && <p class="field-error">{error}</p>}
        {found?.stopped && (
          <p class="field-error">A pattern takes too much work: make it simpler.</p>
        )}
        {found && !found.stopped && (
          <p class="note">
            {found.count === 0
              ? 'Not said in '
              : `Said ${found.count === 1 ? 'once' : `${found.count} times`} in `}
            <a href={to.call(call.id)}>{call.title ?? 'this call'}</a>
            {found.spans.slice(0, 3).map((s) => (
              <span key={s.start_ms}>
                {' '}
                · {clockMs(s.start_ms)} “{s.words}”
              </span>
            ))}
          </p>
        )}
      </div>
    </div>
  );
}
