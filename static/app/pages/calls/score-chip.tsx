/* The score as a small coloured number; a dashed box where there is none. */
import type { Call } from '../../api/types';
import { points } from '../../ui/format';
import { onItsWay, toneOf } from './words';

export function ScoreChip({ call }: { call: Pick<Call, 'score_bp' | 'state'> }) {
  if (call.score_bp !== null) {
    return (
      <span class={`score-chip ${toneOf(call.score_bp)}`}>
        <span class="away">Score </span>
        {points(call.score_bp)}
      </span>
    );
  }
  const waiting = onItsWay(call.state);
  return (
    <span class={`score-chip none ${waiting ? 'waiting' : ''}`}>
      <span aria-hidden="true">{waiting ? '…' : '–'}</span>
      <span class="away">{waiting ? 'Not scored yet' : 'No score'}</span>
    </span>
  );
}

export function TalkBar({ share }: { share: number | null }) {
  if (share === null) return null;
  const agent = Math.round(share / 100);
  return (
    <span
      class="talk-bar"
      role="img"
      aria-label={`Agent ${agent} %, customer ${100 - agent} %`}
      title={`Agent ${agent} %, customer ${100 - agent} %`}
    >
      <span style={{ width: `${agent}%` }} />
    </span>
  );
}
