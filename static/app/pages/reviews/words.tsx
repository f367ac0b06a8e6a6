/* The words of the call. A click begins a citation, a second one in the same turn ends it; with the
 * keyboard a whole turn is cited by its button. The time of a turn plays from there. */
import { useState } from 'preact/hooks';
import type { Reply } from '../../api/client';
import { clockMs } from '../../ui/format';
import { Panel } from '../../ui/page';
import { usePlayback } from '../call/playback';

type Turns = Reply<'GET /reviews/{}'>['turns'];
export interface Cited {
  turn: number;
  first: number;
  last: number;
  words: string;
}

export function Words({
  turns,
  cited,
  onCite,
}: {
  turns: Turns;
  cited: Cited[];
  onCite: ((span: Cited) => void) | undefined;
}) {
  const playback = usePlayback();
  const [begun, begin] = useState<{ turn: number; at: number }>();
  const cite = (turn: number, x: number, y: number) => {
    const [first, last] = [Math.min(x, y), Math.max(x, y)];
    const words = turns[turn]!.words.slice(first, last + 1)
      .map((w) => w.t)
      .join(' ');
    onCite?.({ turn, first, last, words });
    begin(undefined);
  };
  const hear = (ms: number) => {
    playback.seek(ms / 1000);
    playback.play();
  };
  const click = (turn: number, at: number) => {
    if (!onCite) return;
    if (begun?.turn === turn) cite(turn, begun.at, at);
    else begin({ turn, at });
  };
  const look = (turn: number, at: number) =>
    begun?.turn === turn && begun.at === at
      ? 'w now'
      : cited.some((s) => s.turn === turn && s.first <= at && at <= s.last)
        ? 'w cite info'
        : 'w';
  return (
    <Panel
      class="review-words"
      title="What was said"
      side={
        onCite && (
          <span class="note">
            {begun ? 'Click the last word' : 'Click the first word of what you cite'}
          </span>
        )
      }
    >
      <div class="turns">
        {turns.map((t, n) => (
          <div class={`turn ${t.speaker}`} key={n}>
            <button
              type="button"
              class="turn-time"
              aria-label={`Play from ${clockMs(t.start_ms)}`}
              onClick={() => hear(t.start_ms)}
            >
              {clockMs(t.start_ms)}
            </button>
            <span class="turn-name">{t.speaker === 'unknown' ? 'Somebody' : t.speaker}</span>
            <p>
              {t.words.map((w, at) => (
                <>
                  {at > 0 && ' '}
                  <span class={look(n, at)} onClick={() => click(n, at)}>
                    {w.t}
                  </span>
                </>
              ))}
            </p>
            {onCite && (
              <button
                type="button"
                class="link cite-turn"
                aria-label={`Cite all said at ${clockMs(t.start_ms)}`}
                onClick={() => cite(n, 0, t.words.length - 1)}
              >
                Cite
              </button>
            )}
          </div>
        ))}
      </div>
    </Panel>
  );
}
