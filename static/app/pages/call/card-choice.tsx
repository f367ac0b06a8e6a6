/* The cards that a call was scored by, where there are several: which one is shown. */
import type { Score } from '../../api/types';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { points } from '../../ui/format';

export function CardChoice({ call, score }: { call: string; score: Score }) {
  const { data } = useApi('GET /calls/{}/scores', { at: [call] }, true);
  if (!data || data.items.length < 2) return null;
  return (
    <nav class="card-choice" aria-label="Scorecards of this call">
      {data.items.map((s) => (
        <a
          key={s.id}
          href={to.call(call, { card: s.card_id })}
          aria-current={s.card_id === score.scorecard.card_id ? 'true' : undefined}
        >
          {s.name} <b>{s.score_bp === null ? '–' : points(s.score_bp)}</b>
        </a>
      ))}
    </nav>
  );
}
