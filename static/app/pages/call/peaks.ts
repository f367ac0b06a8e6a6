/* From the server's peaks to the bars of the picture. Pure. */
import type { Peaks, Transcript } from '../../api/types';

export type Voice = 'agent' | 'customer' | 'quiet';
export interface Lane {
  voice: Voice;
  bars: number[];
  voices?: Voice[];
}

/** One lane per speaker for a true two-channel recording, one coloured by turn otherwise. */
export function lanesOf(
  peaks: Peaks,
  count: number,
  transcript: Transcript | undefined,
  same: boolean,
): Lane[] {
  const channels = same ? peaks.peaks.slice(0, 1) : peaks.peaks.slice(0, 2);
  if (channels.length < 2) {
    const only = channels[0] ?? [];
    return [
      { voice: 'quiet', bars: shrink(only, count), voices: speakers(peaks, count, transcript) },
    ];
  }
  const agent = agentChannel(peaks, transcript);
  return [agent, 1 - agent].map((channel, n) => ({
    voice: n === 0 ? 'agent' : 'customer',
    bars: shrink(channels[channel] ?? [], count),
  }));
}

function shrink(values: number[], count: number): number[] {
  const step = values.length / count;
  return Array.from({ length: count }, (_, n) => {
    let sum = 0;
    let top = 0;
    const from = Math.floor(n * step);
    const until = Math.max(from + 1, Math.floor((n + 1) * step));
    for (let i = from; i < until; i++) {
      const v = values[i] ?? 0;
      sum += v;
      if (v > top) top = v;
    }
    return (top * 0.6 + (sum / (until - from)) * 0.4) / 255;
  });
}

function speakers(peaks: Peaks, count: number, transcript: Transcript | undefined): Voice[] {
  const step = peaks.duration_ms / count;
  const turns = transcript?.turns ?? [];
  let at = 0;
  return Array.from({ length: count }, (_, n) => {
    const ms = (n + 0.5) * step;
    while (at < turns.length - 1 && (turns[at]?.end_ms ?? 0) < ms) at++;
    const turn = turns[at];
    const inside = turn && ms >= turn.start_ms - 200 && ms <= turn.end_ms + 200;
    if (!inside) return 'quiet';
    return turn.speaker === 'agent' || turn.speaker === 'customer' ? turn.speaker : 'quiet';
  });
}

/** The channel that is louder while the transcript says the agent speaks; the first without one. */
function agentChannel(peaks: Peaks, transcript: Transcript | undefined): number {
  let balance = 0;
  for (const turn of transcript?.turns ?? []) {
    if (turn.speaker !== 'agent' && turn.speaker !== 'customer') continue;
    const sign = turn.speaker === 'agent' ? 1 : -1;
    const from = Math.floor((turn.start_ms / 1000) * peaks.per_second);
    const until = Math.ceil((turn.end_ms / 1000) * peaks.per_second);
    for (let i = from; i < until; i++) {
      balance += sign * ((peaks.peaks[0]?.[i] ?? 0) - (peaks.peaks[1]?.[i] ?? 0));
    }
  }
  return balance >= 0 ? 0 : 1;
}
