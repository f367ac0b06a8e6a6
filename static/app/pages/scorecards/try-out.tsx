/* What the draft says of a past call, as it is typed. Nothing is stored. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, api, type Reply } from '../../api/client';
import { zone } from '../../api/session';
import type { Call } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { SelectField, TextField } from '../../ui/field';
import { clockMs, points, whenOf } from '../../ui/format';
import { Panel } from '../../ui/page';
import { toneOf } from '../calls/words';
import { answerOf } from '../call/evidence';
import type { Body } from './model';

type Trial = Reply<'POST /scorecard-tries'>;

const PAUSE_MS = 500;

const labelOf = (c: Call) =>
  [whenOf(c.started_at, zone.value), c.agent_name, c.title || c.customer_number]
    .filter(Boolean)
    .join(' · ');

export function TryOut({ body }: { body: Body }) {
  const [number, setNumber] = useState('');
  const [chosen, choose] = useState('');
  const [trial, setTrial] = useState<Trial>();
  const [error, setError] = useState('');
  const recent = useApi('GET /calls', {
    query: { state: 'scored', limit: 50, ...(/^\+?\d{3,}$/.test(number) ? { number } : {}) },
  });
  const calls = recent.data?.items ?? [];
  const call = calls.some((c) => c.id === chosen) ? chosen : (calls[0]?.id ?? '');

  useEffect(() => {
    if (!call) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api('POST /scorecard-tries', { body: { call, body }, signal: stop.signal }).then(
        (answer) => {
          setTrial(answer);
          setError('');
        },
        (e: unknown) => {
          if (!stop.signal.aborted) setError(e instanceof ApiError ? sentenceOf(e) : String(e));
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [call, body]);

  return (
    <Panel
      class="try-out"
      title="Try it on a call"
      side={call && <a href={to.call(call)}>Open the call</a>}
    >
      <div class="form part">
        <TextField
          label="Customer’s number"
          name="try-number"
          value={number}
          onChange={setNumber}
          placeholder="+44…"
        />
        <SelectField
          label="Call"
          name="try-call"
          required
          value={call}
          choices={calls.map((c) => ({ value: c.id, label: labelOf(c) }))}
          onChange={choose}
        />
      </div>
      {recent.data && !calls.length && (
        <p class="panel-note">No call with a transcript is found. Try another number.</p>
      )}
      {error && (
        <p class="panel-note bad-ink" role="alert">
          {error}
        </p>
      )}
      {trial && call && <Verdicts trial={trial} stale={Boolean(error)} />}
    </Panel>
  );
}

/** The field that is wrong, in words: the form shows it in full only when saved. */
const sentenceOf = (e: ApiError) => Object.values(e.fields)[0] ?? e.message;

function Verdicts({ trial, stale }: { trial: Trial; stale: boolean }) {
  return (
    <div class={stale ? 'stale' : ''} aria-live="polite">
      <p class="try-score">
        {trial.score_bp === null ? (
          <span>{trial.reason}</span>
        ) : (
          <>
            <span class={`number ${toneOf(trial.score_bp)}`}>{points(trial.score_bp)}</span>
            {trial.reason && <span class="bad-ink"> {trial.reason}</span>}
          </>
        )}
      </p>
      <ul class="try-verdicts">
        {trial.criteria.map((c) => {
          const answer = answerOf(c.answer, c);
          return (
            <li key={c.key} class={c.off ? 'off' : ''}>
              <div class="try-line">
                <span>{c.text}</span>
                <span class={`answer ${answer.tone}`}>{answer.label}</span>
              </div>
              {c.spans.map((s) => (
                <p class="try-quote" key={`${s.turn}-${s.first}`}>
                  <span class={`${s.speaker}-ink`}>{clockMs(s.start_ms)}</span> “{s.words}”
                </p>
              ))}
              {(c.spans.length === 0 || answer.tone !== 'good') && <p class="note">{c.reason}</p>}
            </li>
          );
        })}
      </ul>
      <p class="panel-note">By the card’s rules alone; nothing is stored.</p>
    </div>
  );
}
