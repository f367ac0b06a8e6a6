/* The facts under the title of a call, and what stands where there is no score. */
import { zone } from '../../api/session';
import type { CallFull } from '../../api/types';
import { clock, signed, whenOf } from '../../ui/format';
import { Facts, Panel } from '../../ui/page';
import { Loading } from '../../ui/states';
import { customerOf, directionLong, onItsWay, scoreSentence } from '../calls/words';

export function NoScore({ call, loading }: { call: CallFull; loading: boolean }) {
  const text = onItsWay(call.state)
    ? 'The score comes when the transcript is written.'
    : (scoreSentence(call.score_state, call.state_reason) ??
      'Without a recording there is nothing to score.');
  return (
    <Panel title="Quality">
      {loading ? <Loading rows={6} label="Loading the score" /> : <p class="panel-note">{text}</p>}
    </Panel>
  );
}

/** The line of facts under the title. */
export function CallFacts({
  call: c,
  sentiment,
}: {
  call: CallFull;
  sentiment: [number | null, number | null] | undefined;
}) {
  /* Too few or too uncertain words carry no mood. */
  const [start, end] = (c.score_state === 'scored' && sentiment) || [null, null];
  const mood = end === null ? '' : end >= 1000 ? 'good-ink' : end <= -1000 ? 'bad-ink' : '';
  return (
    <Facts
      class="inline"
      items={[
        [
          directionLong(c.direction),
          <time dateTime={c.started_at}>{whenOf(c.started_at, zone.value)}</time>,
        ],
        ['Agent', c.agent_name],
        [c.direction === 'internal' ? 'To' : 'Customer', customerOf(c)],
        ['Length', c.duration_s === null ? null : clock(c.duration_s)],
        ['Wait', c.wait_s === null ? null : clock(c.wait_s)],
        ['Legs', c.legs > 1 ? String(c.legs) : null],
        [
          'Sentiment',
          start !== null && end !== null ? (
            <span class={mood}>
              {signed(start)} → {signed(end)}
            </span>
          ) : null,
        ],
      ]}
    />
  );
}
