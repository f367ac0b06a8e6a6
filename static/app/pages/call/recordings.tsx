/* Several recordings of one call: which one the words come from, and the choice between them. */
import type { CallFull, Recording, Transcript } from '../../api/types';
import { Button } from '../../ui/button';
import { clockMs } from '../../ui/format';
import { Panel } from '../../ui/page';
import { isPlayable, onItsWay } from '../calls/words';

/** The recording that the transcript was made from; without a transcript the first one. */
export function sourceOf(
  transcript: Transcript | undefined,
  playable: Recording[],
): Recording | undefined {
  return playable.find((r) => r.id === transcript?.recording_id) ?? playable[0];
}

export const recordingName = (all: Recording[], r: Recording) => `Recording ${all.indexOf(r) + 1}`;

export function RecordingChoice({
  all,
  playable,
  shown,
  choose,
}: {
  all: Recording[];
  playable: Recording[];
  shown: Recording | undefined;
  choose: (id: string) => void;
}) {
  if (playable.length < 2) return null;
  return (
    <div class="chips" role="group" aria-label="Recordings">
      {playable.map((r) => (
        <button
          type="button"
          key={r.id}
          class={`chip ${r === shown ? 'on' : ''}`}
          aria-pressed={r === shown}
          onClick={() => choose(r.id)}
        >
          {recordingName(all, r)}
          {r.duration_ms !== null && ` · ${clockMs(r.duration_ms)}`}
        </button>
      ))}
    </div>
  );
}

/** Stands in the transcript's place while another recording is shown. */
export function OtherWords({ name, show }: { name: string; show: () => void }) {
  return (
    <Panel title="Transcript" class="notice-panel">
      <div class="panel-note again">
        <p>The transcript and the score come from {name.toLowerCase()} of this call.</p>
        <Button onClick={show}>Show {name.toLowerCase()}</Button>
      </div>
    </Panel>
  );
}

/** Whether there can be a transcript, an analysis and a score to ask for. */
export const heard = (c: CallFull) =>
  !onItsWay(c.state) &&
  c.state !== 'no_recording' &&
  c.state !== 'stored' &&
  (c.state !== 'failed' || c.recordings.some(isPlayable));
