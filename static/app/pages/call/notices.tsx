/* States of a call as sentences: on its way (with its stage), failed, unanswered, not scorable. */
import type { CallFull } from '../../api/types';
import { Icon } from '../../ui/icon';
import { RetryRecording } from './again';
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
  if (playable || onItsWay(call.state)) return null;
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
