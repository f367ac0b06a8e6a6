/* The facts under the title of a call, and what stands where there is no score. */
import { zone } from '../../api/session';
import type { CallFull } from '../../api/types';
import { OpenReview } from './score-actions';
import { to } from '../../routes';
import { clock, signed, whenOf } from '../../ui/format';
import { Facts, Panel } from '../../ui/page';
import { Loading } from '../../ui/states';
import { customerOf, directionLong, onItsWay, scoreSentence } from '../calls/words';

export function NoScore({ call, loading }: { call: CallFull; loading: boolean }) {
  const blind = call.state === 'scored' && call.score_state === null;
  const text = blind
    ? ''
    : onItsWay(call.state)
      ? 'The score comes when the transcript is written.'
      : call.state === 'stored'
        ? 'Not analysed, so there is no score.'
        : (scoreSentence(call.score_state, call.state_reason) ??
          'Without a recording there is nothing to score.');
  return (
    <Panel title="Quality">
      {loading ? (
        <Loading rows={6} label="Loading the score" />
      ) : (
        text && <p class="panel-note">{text}</p>
      )}
      {!loading && call.state === 'scored' && <OpenReview call={call.id} />}
    </Panel>
  );
}

/** Name and number, leading to the contact or to making one. */
function Customer({ call: c }: { call: CallFull }) {
  if (c.contact_id)
    return (
      <a href={to.contact(c.contact_id)}>
        {c.contact_name}
        {c.contact_company && `, ${c.contact_company}`}
      </a>
    );
  if (!c.customer_number || c.direction === 'internal') return <>{customerOf(c)}</>;
  return (
    <>
      {customerOf(c)}{' '}
      <a href={to.newContact({ number: c.customer_number, name: c.customer_name, call: c.id })}>
        Add contact
      </a>
    </>
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
        ['Agent', c.agent_id ? <a href={to.agent(c.agent_id)}>{c.agent_name}</a> : c.agent_name],
        [c.direction === 'internal' ? 'To' : 'Customer', <Customer call={c} />],
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
