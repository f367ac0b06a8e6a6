/* The rows: each tells its story without being opened, and the whole row leads to the call. */
import type { Call } from '../../api/types';
import { to } from '../../routes';
import { clock, dateOf, fullTime, isToday, timeOf } from '../../ui/format';
import { ScoreChip, TalkBar } from './score-chip';
import { customerOf, directionLong, directionWord, onItsWay, stateSentence } from './words';

/** Rows one may tick, while calls are chosen for something. */
export interface Choosing {
  chosen: Set<string>;
  toggle: (id: string) => void;
}

function CallRow({
  call,
  zone,
  fresh,
  choosing,
}: {
  call: Call;
  zone: string;
  fresh: boolean;
  choosing: Choosing | undefined;
}) {
  const bad = call.state === 'failed';
  return (
    <tr class={`call-row leads ${fresh ? 'fresh' : ''}`} data-call={call.id}>
      <td class="c-score">
        {choosing ? (
          <input
            type="checkbox"
            class="row-tick"
            aria-label={`Choose the call with ${customerOf(call)} at ${fullTime(call.started_at, zone)}`}
            checked={choosing.chosen.has(call.id)}
            onChange={() => choosing.toggle(call.id)}
          />
        ) : (
          <ScoreChip call={call} />
        )}
      </td>
      <td class="c-time">
        <time dateTime={call.started_at} title={fullTime(call.started_at, zone)}>
          {isToday(call.started_at, zone) ? (
            timeOf(call.started_at, zone)
          ) : (
            <>
              {dateOf(call.started_at, zone)}
              <span class="wide">, {timeOf(call.started_at, zone)}</span>
            </>
          )}
        </time>
      </td>
      <td class="c-dir" title={directionLong(call.direction)}>
        {directionWord(call.direction)}
      </td>
      <td class="c-agent" title={call.agent_name ?? undefined}>
        {call.agent_name || <span class="note">No agent</span>}
      </td>
      <td class="c-customer" title={customerOf(call)}>
        {customerOf(call)}
      </td>
      <td class="c-length">{call.duration_s === null ? '' : clock(call.duration_s)}</td>
      <td class="c-talk">
        <TalkBar share={call.agent_share_bp} />
      </td>
      <td class="c-short">
        <a
          class={`row-link ${bad ? 'bad-ink' : ''} ${onItsWay(call.state) ? 'moving' : ''}`}
          href={to.call(call.id)}
        >
          {call.short || stateSentence(call)}
        </a>
        {call.also.length > 0 && (
          <span class="also">
            {' '}
            Also told by {[...new Set(call.also.map((c) => c.integration_name))].join(' and ')}.
          </span>
        )}
        {call.breaches.map((b) => (
          <span key={b} class="breach">
            {' '}
            {sentence(b)}
          </span>
        ))}
      </td>
    </tr>
  );
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

export function CallTable({
  calls,
  zone,
  fresh,
  stale,
  choosing,
}: {
  calls: Call[];
  zone: string;
  fresh: Set<string>;
  stale: boolean;
  choosing?: Choosing | undefined;
}) {
  return (
    <div class={`panel calls-panel ${stale ? 'stale' : ''}`}>
      <table class="calls">
        <caption class="away">Calls, newest first</caption>
        <thead>
          <tr>
            <th scope="col" class="c-score">
              {choosing ? 'Choose' : 'Score'}
            </th>
            <th scope="col" class="c-time">
              Time
            </th>
            <th scope="col" class="c-dir">
              <span class="away">Direction</span>
            </th>
            <th scope="col" class="c-agent">
              Agent
            </th>
            <th scope="col" class="c-customer">
              Customer
            </th>
            <th scope="col" class="c-length">
              Length
            </th>
            <th scope="col" class="c-talk">
              Talk
            </th>
            <th scope="col" class="c-short">
              In short
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.map((c) => (
            <CallRow key={c.id} call={c} zone={zone} fresh={fresh.has(c.id)} choosing={choosing} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
