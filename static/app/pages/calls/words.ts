/* What a call's states are called, in words for people. Used by the list and the call page. */
import type { Call, Recording } from '../../api/types';

export type Tone = 'good' | 'warn' | 'bad' | 'none';

/** Bands of the score chip: 80 and more is good, below 60 is bad. */
export function toneOf(bp: number | null | undefined): Tone {
  if (bp === null || bp === undefined) return 'none';
  if (bp >= 8000) return 'good';
  return bp >= 6000 ? 'warn' : 'bad';
}

const directions: Record<string, [string, string]> = {
  inbound: ['In', 'Inbound'],
  outbound: ['Out', 'Outbound'],
  internal: ['Int', 'Internal'],
};
export const directionWord = (direction: string) => directions[direction]?.[0] ?? direction;
export const directionLong = (direction: string) => directions[direction]?.[1] ?? direction;

/** The stages a call passes, in order, as shown while it is on its way. */
export const stages: { state: Call['state']; label: string; now: string }[] = [
  { state: 'received', label: 'Received', now: 'Received. The recording is asked for next.' },
  { state: 'fetching', label: 'Recording', now: 'Fetching the recording from the phone system.' },
  { state: 'decoding', label: 'Audio', now: 'Preparing the audio.' },
  { state: 'transcribing', label: 'Transcript', now: 'Writing the transcript.' },
  { state: 'analysing', label: 'Score', now: 'Analysing and scoring.' },
];

export const stageOf = (state: Call['state']) => stages.findIndex((s) => s.state === state);
export const onItsWay = (state: Call['state']) => stageOf(state) >= 0;

export function answered(call: Call): boolean {
  return (call.talk_s ?? 0) > 0 || /^answered$/i.test(call.disposition);
}

/** Bytes of a file that could not be decoded are kept, but are nothing to listen to. */
export const isPlayable = (r: Recording) =>
  r.has_audio && r.state !== 'failed' && r.state !== 'missing' && r.state !== 'skipped';

/** One sentence for a call that has no summary (yet). */
export function stateSentence(call: Call): string {
  const stage = stages[stageOf(call.state)];
  if (stage) return stage.now;
  if (call.state === 'failed') return call.state_reason ?? 'The recording could not be processed.';
  if (call.state === 'stored') return call.state_reason ?? 'Kept without analysis.';
  if (call.state === 'no_recording') {
    return (
      call.state_reason ??
      (answered(call) ? 'This call was not recorded.' : 'Not answered, so there is no recording.')
    );
  }
  return scoreSentence(call.score_state, call.state_reason) ?? 'Scored.';
}

/** Why there is no number, or undefined when there is one. */
export function scoreSentence(
  state: Call['score_state'],
  reason: string | null,
): string | undefined {
  if (state === 'not_scorable') return reason ?? 'Too little speech to score.';
  if (state === 'no_speech') return reason ?? 'No speech in the recording.';
  if (state === 'held')
    return reason ?? 'Transcript too uncertain to score. Listen to judge it yourself.';
  return undefined;
}

export function customerOf(call: Call): string {
  return (
    call.customer_name ||
    call.customer_number ||
    (call.direction === 'internal' && call.to_number) ||
    'No number'
  );
}
