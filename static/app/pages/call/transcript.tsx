/* The transcript: follows the audio, jumps on a click, and carries the cited words. The turns are
 * drawn once; what moves (active turn, current word, linked words) are classes set by effects. */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Transcript, Turn } from '../../api/types';
import { clockMs } from '../../ui/format';
import { useShortcuts } from '../../ui/keys';
import { gravest, segmentsOf, type Mark } from './evidence';
import { FindBar } from './find-bar';
import { wordId } from './find';
import { useFollow, useLinked } from './follow';
import { usePlayback } from './playback';

interface Props {
  transcript: Transcript;
  marks: Mark[];
  agent: string;
  /** Called with a verdict's key when its words are chosen. */
  onCite: (key: string) => void;
}

export function TranscriptPanel({ transcript, marks, agent, onCite }: Props) {
  const playback = usePlayback();
  const body = useRef<HTMLDivElement>(null);
  const [finding, setFinding] = useState(false);
  useFollow(body, transcript);
  useLinked(body);
  useShortcuts([
    { keys: ['f'], label: 'Find in this call', group: 'Call', run: () => setFinding(true) },
  ]);

  const names: Record<string, string> = { agent, customer: 'Customer', unknown: 'Speaker' };
  const turns = useMemo(
    () =>
      transcript.turns.map((turn) => (
        <TurnRow key={turn.n} turn={turn} marks={marks} name={names[turn.speaker] ?? 'Speaker'} />
      )),
    [transcript, marks, agent],
  );

  const activate = (target: EventTarget | null): boolean => {
    if (!(target instanceof HTMLElement) || getSelection()?.type === 'Range') return false;
    const cite = target.closest<HTMLElement>('.cite');
    const word = target.closest<HTMLElement>('[data-start]');
    if (cite) {
      const mark = marks.find(
        (m) =>
          m.key === cite.dataset.keys?.split(' ')[0] && m.span.turn === Number(cite.dataset.turn),
      );
      if (mark) {
        onCite(mark.key);
        playback.playSpan(mark.span);
      }
    } else if (word) {
      playback.seek(Number(word.dataset.start) / 1000);
    }
    return Boolean(cite || word);
  };
  const point = (target: EventTarget | null) => {
    const cite = target instanceof HTMLElement && target.closest<HTMLElement>('.cite');
    playback.linked.value = cite ? (cite.dataset.keys?.split(' ')[0] ?? null) : null;
  };

  return (
    <section class="panel transcript" aria-label="Transcript">
      <header class="panel-head">
        <h2>Transcript</h2>
        {finding ? (
          <FindBar turns={transcript.turns} onClose={() => setFinding(false)} />
        ) : (
          <button type="button" class="chip" onClick={() => setFinding(true)}>
            Find in this call
          </button>
        )}
      </header>
      {transcript.state !== 'ok' && (
        <p class="panel-note warn-ink">{transcript.reason ?? stateText[transcript.state]}</p>
      )}
      {transcript.attribution === 'direction_guess' && transcript.turns.length > 0 && (
        <p class="panel-note">
          One mixed channel: who speaks is a guess from the direction of the call.
        </p>
      )}
      {/* A place for the pointer: every control inside is reachable by itself. */}
      <div
        class="turns"
        ref={body}
        tabIndex={0}
        role="region"
        aria-label="Words of the call"
        onClick={(event) => activate(event.target)}
        onKeyDown={(event) => {
          if ((event.key === 'Enter' || event.key === ' ') && activate(event.target))
            event.preventDefault();
        }}
        onPointerOver={(event) => point(event.target)}
        onPointerLeave={() => point(null)}
        onFocusCapture={(event) => point(event.target)}
        onBlurCapture={() => point(null)}
      >
        {turns}
      </div>
    </section>
  );
}

const stateText: Record<string, string> = {
  no_speech: 'No speech was heard in the recording.',
  uncertain: 'These words are uncertain: listen before relying on them.',
};

function TurnRow({ turn, marks, name }: { turn: Turn; marks: Mark[]; name: string }) {
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
            return <Word key={at} turn={turn.n} at={at} word={word} gap={at > s.first} />;
          });
          const gap = s.first > 0 ? ' ' : '';
          if (!s.marks.length)
            return (
              <>
                {gap}
                {words}
              </>
            );
          return (
            <>
              {gap}
              <span
                class={`cite ${gravest(s.marks)}`}
                role="button"
                tabIndex={0}
                data-turn={turn.n}
                data-keys={s.marks.map((m) => m.key).join(' ')}
                title={s.marks.map((m) => m.label).join('\n')}
              >
                {words}
              </span>
            </>
          );
        })}
      </p>
    </div>
  );
}

function Word({
  turn,
  at,
  word,
  gap,
}: {
  turn: number;
  at: number;
  word: Turn['words'][number];
  gap: boolean;
}) {
  const unsure = word.c !== null && word.c < 4500;
  return (
    <>
      {gap && ' '}
      <span id={wordId(turn, at)} class={unsure ? 'w unsure' : 'w'} data-start={word.s}>
        {word.t}
      </span>
    </>
  );
}
