/* The record itself: legs, recordings and where the call came from. */
import { refusalFor, zone } from '../../api/session';
import type { CallFull, CallLeg, Recording } from '../../api/types';
import { to } from '../../routes';
import { bytes, clock, clockMs, fullTime, dayOf, secondOf } from '../../ui/format';
import { Facts, Panel } from '../../ui/page';
import { codecName, Stored } from './stored';
import { LookForTwin, StandAlone, TranscribeAgain } from './again';
import { directionLong, onItsWay } from '../calls/words';

export function RecordPanel({ call }: { call: CallFull }) {
  const at = (iso: string | null) => iso && <time dateTime={iso}>{fullTime(iso, zone.value)}</time>;
  const source =
    call.integration_id && !refusalFor('integrations.read') ? (
      <a href={to.integration(call.integration_id)}>{call.integration_name}</a>
    ) : (
      call.integration_name
    );
  return (
    <Panel class="record" title="Record">
      <section class="part">
        <Facts
          class="rows"
          items={[
            ['Direction', directionLong(call.direction)],
            ['Outcome', outcome(call.disposition)],
            ['From', call.from_number],
            ['To', call.to_number],
            ['Customer', call.customer_e164 !== call.customer_number ? call.customer_e164 : null],
            ['Began', at(call.started_at)],
            ['Answered', at(call.answered_at)],
            ['Ended', at(call.ended_at)],
            ['Length', length(call.duration_s)],
            ['Talk', length(call.talk_s)],
            ['Wait', length(call.wait_s)],
            ['Queue', call.queue],
            ['Trunk', call.trunk],
            ['Came from', call.by_hand ? 'Logged by hand' : source],
            [
              'Found by',
              call.found_by_poll ? 'Asking the phone system, which had not sent it' : null,
            ],
            ['Agent was called', call.agent_id ? null : call.agent_key || call.agent_note],
          ]}
        />
      </section>
      <AlsoTold call={call} />
      {call.call_legs.length > 1 && (
        <section class="part">
          <h3>Legs</h3>
          <ol class="legs">
            {call.call_legs.map((leg) => (
              <li key={leg.id} class={leg.answered_at ? 'answered' : ''}>
                <p>
                  <strong>{leg.agent_name || leg.to_number || 'Unknown'}</strong>
                  <span class="note">
                    {' '}
                    {[leg.action && outcome(leg.action), outcome(leg.disposition).toLowerCase()]
                      .filter(Boolean)
                      .join(', ')}
                  </span>
                </p>
                <p class="note">{legFacts(leg, call)}</p>
              </li>
            ))}
          </ol>
        </section>
      )}
      <section class="part">
        <h3>Recordings</h3>
        {call.recordings.length === 0 && <p class="note">None came with this call.</p>}
        <ul class="recordings">
          {call.recordings.map((r, n) => (
            <li key={r.id} class={r.state === 'failed' || r.state === 'missing' ? 'bad-ink' : ''}>
              {call.recordings.length > 1 && <span class="note">{n + 1} </span>}
              {recordingSentence(r)}
              <Stored call={call.id} recording={r} />
            </li>
          ))}
        </ul>
        {!onItsWay(call.state) && call.recordings.some((r) => r.state === 'ready') && (
          <p class="again">
            <TranscribeAgain call={call.id} />
          </p>
        )}
      </section>
    </Panel>
  );
}

/** What other phone systems told of the same call: kept, shown here, and in no figure. */
function AlsoTold({ call }: { call: CallFull }) {
  if (!call.also.length && !call.stands_alone) return null;
  return (
    <section class="part also">
      <h3>Also told by</h3>
      {call.also.map((c) => (
        <div class="again" key={c.id}>
          <p>
            <a href={to.call(c.id)}>{c.integration_name}</a>
            <span class="note">
              {' '}
              {[
                secondOf(c.started_at, zone.value),
                length(c.duration_s),
                c.has_recording ? 'with a recording' : 'without a recording',
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </p>
          <StandAlone call={c.id} />
        </div>
      ))}
      {call.stands_alone && (
        <div class="again">
          <p class="note">Somebody said that no other phone system told of this call.</p>
          <LookForTwin call={call.id} />
        </div>
      )}
    </section>
  );
}

const length = (seconds: number | null) => (seconds === null ? null : clock(seconds));

/** What the call's own facts do not say already. */
function legFacts(leg: CallLeg, call: CallFull): string {
  const same = leg.from_number === call.from_number && leg.to_number === call.to_number;
  const day = leg.started_at && dayOf(leg.started_at, zone.value);
  return [
    leg.started_at &&
      (day === dayOf(call.started_at, zone.value) ? secondOf : fullTime)(
        leg.started_at,
        zone.value,
      ),
    !leg.talk_s ? null : `talk ${clock(leg.talk_s)}`,
    !same && leg.from_number && leg.to_number && `${leg.from_number} to ${leg.to_number}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

const outcome = (text: string) => {
  const words = text.toLowerCase().replace(/_/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function recordingSentence(r: Recording): string {
  if (r.state === 'failed') return `Failed: ${r.reason ?? 'the file could not be read.'}`;
  if (r.state === 'missing') return r.reason ?? 'The phone system has no such recording.';
  if (r.state === 'skipped') return r.reason ?? 'Not fetched.';
  if (r.state === 'waiting') return r.reason ?? 'Waiting for the phone system.';
  const channels = r.same_channels
    ? 'two equal channels'
    : r.channels === 2
      ? 'two channels'
      : 'one channel';
  const facts = [
    r.duration_ms === null ? null : clockMs(r.duration_ms),
    r.channels === null ? null : channels,
    r.truncated ? 'cut short' : null,
    r.codec && codecName(r.codec),
    r.bytes === null ? null : bytes(r.bytes),
  ]
    .filter(Boolean)
    .join(' · ');
  return r.state === 'fetched' ? `Fetched, being prepared${facts ? ` · ${facts}` : ''}` : facts;
}
