/* States of a call as sentences: on its way (with its stage), failed, unanswered, not scorable. */
import type { CallFull } from '../../api/types';
import { Icon } from '../../ui/icon';
import { refusalFor } from '../../api/session';
import { to } from '../../routes';
import { LinkButton } from '../../ui/button';
import { AnalyseCall, RetryCall, RetryRecording, StandAlone } from './again';
import { answered, isPlayable, onItsWay, stageOf, stages, stateSentence } from '../calls/words';

export function Progress({ call }: { call: CallFull }) {
  const at = stageOf(call.state);
  return (
    <section class="panel progress" aria-label="Progress">
      <ol>
        {stages.map((stage, n) => (
          <li
            key={stage.state}
            class={n < at ? 'done' : n === at ? 'now' : ''}
            aria-current={n === at ? 'step' : undefined}
          >
            {n < at && <Icon name="check" />}
            {stage.label}
          </li>
        ))}
      </ol>
      <p role="status">
        {stateSentence(call)}
        {call.state_reason ? ` ${call.state_reason}` : ''} This page follows by itself.
      </p>
    </section>
  );
}

/** A call that two phone systems told of, on the page of the one that does not count. */
export function Beneath({ call }: { call: CallFull }) {
  if (!call.same_as) return null;
  return (
    <section class="panel notice" aria-label="Told twice">
      <div class="again">
        <p>
          Another phone system told of this call too, and knows more of it:{' '}
          <a href={to.call(call.same_as)}>open that one</a>. It alone is transcribed and scored;
          lists and figures count the call once.{call.has_recording && ' This recording is kept.'}
        </p>
        <StandAlone call={call.id} />
      </div>
    </section>
  );
}

/** A call that stopped before its score, or whose score is held back, and not for want of sound. */
export function Stopped({ call }: { call: CallFull }) {
  const silent = !call.recordings.some((r) => r.state === 'ready');
  if ((call.state !== 'failed' && call.state !== 'held') || silent) return null;
  return (
    <section class={`panel notice ${call.state === 'failed' ? 'bad' : ''}`} aria-label="Stopped">
      <div class="again">
        <p>{stateSentence(call)}</p>
        <RetryCall call={call.id} />
      </div>
    </section>
  );
}

/** A call that was only stored, and why; and one whose recording is another call's too. */
export function Kept({ call }: { call: CallFull }) {
  if (call.same_as) return null; // says so itself
  const repeat = call.duplicate_of && (
    <>
      {' '}
      <a href={to.call(call.duplicate_of)}>The other call</a>
    </>
  );
  if (call.state !== 'stored') {
    if (!call.duplicate_of) return null;
    return (
      <section class="panel notice" aria-label="Repeated">
        <p>The same recording is here with another call too.{repeat}</p>
      </section>
    );
  }
  return (
    <section class="panel notice" aria-label="Not analysed">
      <div class="again">
        <p>
          {call.choice_reason ?? stateSentence(call)}
          {repeat}
          {call.policy_version > 0 && !call.chosen && (
            <span class="note"> By version {call.policy_version} of the policy.</span>
          )}
        </p>
        <AnalyseCall call={call.id} />
      </div>
    </section>
  );
}

/** What is wrong or missing with the sound, or null when nothing is. */
export function SoundNotice({ call }: { call: CallFull }) {
  const broken = call.recordings.filter((r) => r.state === 'failed' || r.state === 'missing');
  const playable = call.recordings.some(isPlayable);
  if (broken.length) {
    const many = call.recordings.length > 1;
    return (
      <section class="panel notice bad" aria-label="Recording">
        {broken.map((r) => (
          <div class="again" key={r.id}>
            <p>
              {many
                ? `Recording ${call.recordings.indexOf(r) + 1} of ${call.recordings.length} could not be used. `
                : 'The recording could not be used. '}
              {r.reason ??
                (r.state === 'missing'
                  ? 'The phone system no longer has it.'
                  : 'The file could not be read.')}
            </p>
            <RetryRecording call={call.id} recording={r.id} />
          </div>
        ))}
        <p class="note">The rest of the call is kept as the phone system reported it.</p>
      </section>
    );
  }
  if (playable || onItsWay(call.state) || call.state === 'stored') return null;
  if (call.by_hand)
    return (
      <section class="panel notice" aria-label="Recording">
        <div class="again">
          <p>Logged by hand, without a recording.</p>
          <LinkButton href={to.upload({ call: call.id })} why={refusalFor('uploads.write')}>
            Add a recording
          </LinkButton>
        </div>
      </section>
    );
  return (
    <section class="panel notice" aria-label="Recording">
      <p>
        {call.state === 'no_recording' || answered(call)
          ? stateSentence(call)
          : 'Not answered, so there is no recording.'}
      </p>
    </section>
  );
}
