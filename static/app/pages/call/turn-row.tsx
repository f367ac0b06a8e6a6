/* One turn of the transcript: when, who, and the words, with the cited ones marked. */
import type { Turn } from '../../api/types';
import { clockMs } from '../../ui/format';
import { gravest, segmentsOf, type Mark } from './evidence';
import { wordId } from './find';
import { Redacted, redactedKind } from './redacted';
import { useSpoken } from './spoken';

/** Below this certainty a word is underlined with dots. */
export const isUnsure = (word: Turn['words'][number]) => word.c !== null && word.c < 4500;

export function TurnRow({
  turn,
  marks,
  name,
  edit,
  sure,
}: {
  turn: Turn;
  marks: Mark[];
  name: string;
  /** Opens the turn for correction; not where that is not allowed. */
  edit: (() => void) | undefined;
  /** The engine does not say how sure it is: no word is marked. */
  sure: boolean;
}) {
  return (
    <div class={`turn ${turn.speaker}`} data-turn={turn.n}>
      <button
        type="button"
        class="turn-time"
        data-start={turn.start_ms}
        aria-label={`Go to ${clockMs(turn.start_ms)}`}
      >
        {clockMs(turn.start_ms)}
      </button>
      <span class="turn-name">{name}</span>
      <p>
        {segmentsOf(turn.n, turn.words.length, marks).map((s) => {
          const words = turn.words.slice(s.first, s.last + 1).map((word, n) => {
            const at = s.first + n;
            return (
              <Word key={at} turn={turn.n} at={at} word={word} gap={at > s.first} sure={sure} />
            );
          });
          const gap = s.first > 0 ? ' ' : '';
          const joined = s.marks.length > 0 && marksEnd(marks, turn.n, s.first, gravest(s.marks));
          if (!s.marks.length)
            return (
              <>
                {gap}
                {words}
              </>
            );
          return (
            <>
              {!joined && gap}
              <span
                class={`cite ${gravest(s.marks)}`}
                role="button"
                tabIndex={0}
                data-turn={turn.n}
                data-keys={s.marks.map((m) => m.key).join(' ')}
                title={s.marks.map((m) => m.label).join('\n')}
              >
                {joined && gap}
                {words}
              </span>
            </>
          );
        })}
        {edit && (
          <button
            type="button"
            class="turn-edit"
            aria-label={`Correct what is said at ${clockMs(turn.start_ms)}`}
            onClick={edit}
          >
            Correct
          </button>
        )}
      </p>
    </div>
  );
}

/** Whether words cited in the same colour end right before: then the line under them goes on. */
const marksEnd = (marks: Mark[], turn: number, first: number, tone: string) => {
  const before = marks.filter(
    ({ span }) => span.turn === turn && span.first < first && span.last >= first - 1,
  );
  return before.length > 0 && gravest(before) === tone;
};

function Word({
  turn,
  at,
  word,
  gap,
  sure,
}: {
  turn: number;
  at: number;
  word: Turn['words'][number];
  gap: boolean;
  sure: boolean;
}) {
  const say = useSpoken();
  const unsure = !sure && isUnsure(word);
  return (
    <>
      {gap && ' '}
      <span
        id={wordId(turn, at)}
        class={unsure ? 'w unsure' : 'w'}
        data-start={word.s}
        title={
          unsure && word.c !== null
            ? `Heard with ${Math.round(word.c / 100)} % certainty`
            : undefined
        }
      >
        {redactedKind(word.t) ? <Redacted word={word} /> : say(word.t)}
      </span>
    </>
  );
}
