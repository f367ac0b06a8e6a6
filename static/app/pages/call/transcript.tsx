/* The transcript: follows the audio, jumps on a click, and carries the cited words. The turns are
 * drawn once; what moves (active turn, current word, linked words) are classes set by effects. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { refusalFor } from '../../api/session';
import type { Transcript } from '../../api/types';
import { useShortcuts } from '../../ui/keys';
import type { Mark } from './evidence';
import { FindBar } from './find-bar';
import { useFollow, useLinked } from './follow';
import { usePlayback } from './playback';
import { OriginalsToggle } from './redacted';
import { TranscriptNotes } from './transcript-notes';
import { TranscriptTools } from './transcript-tools';
import { TurnEditor } from './turn-editor';
import { TurnRow, isUnsure } from './turn-row';

interface Props {
  call: string;
  transcript: Transcript;
  marks: Mark[];
  agent: string;
  /** Called with a verdict's key when its words are chosen. */
  onCite: (key: string) => void;
}

export function TranscriptPanel({ call, transcript, marks, agent, onCite }: Props) {
  const playback = usePlayback();
  const body = useRef<HTMLDivElement>(null);
  const [finding, setFinding] = useState(false);
  const [editing, edit] = useState<number>();
  const mayEdit = !refusalFor('calls.write');
  useFollow(body, transcript);
  useLinked(body);
  useShortcuts([
    { keys: ['f'], label: 'Find in this call', group: 'Call', run: () => setFinding(true) },
  ]);

  const names: Record<string, string> = { agent, customer: 'Customer', unknown: 'Speaker' };
  const turns = useMemo(
    () =>
      transcript.turns.map((turn) =>
        turn.n === editing ? (
          <TurnEditor
            key={turn.n}
            call={call}
            transcript={transcript.id}
            turn={turn}
            close={() => edit(undefined)}
          />
        ) : (
          <TurnRow
            key={turn.n}
            turn={turn}
            marks={marks}
            name={names[turn.speaker] ?? 'Speaker'}
            edit={mayEdit ? () => edit(turn.n) : undefined}
            sure={transcript.notes.no_confidence}
          />
        ),
      ),
    [transcript, marks, agent, editing, mayEdit],
  );

  const activate = (target: EventTarget | null): boolean => {
    if (!(target instanceof HTMLElement) || target.closest('.turn-edit')) return false;
    if (getSelection()?.type === 'Range') return false;
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
        <OriginalsToggle call={call} transcript={transcript} />
        <TranscriptTools call={call} transcript={transcript} />
      </header>
      {transcript.state !== 'ok' && (
        <p class="panel-note warn-ink">{transcript.reason ?? stateText[transcript.state]}</p>
      )}
      <TranscriptNotes transcript={transcript} />
      {transcript.attribution === 'direction_guess' && transcript.turns.length > 0 && (
        <p class="panel-note">
          The channels do not tell the speakers apart: who speaks is a guess from the direction of
          the call. If it is the wrong way round, swap the speakers.
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
      {!transcript.notes.no_confidence && transcript.turns.some((t) => t.words.some(isUnsure)) && (
        <p class="unsure-key">
          <span class="w unsure">Dotted</span> words were heard with little certainty.
        </p>
      )}
    </section>
  );
}

const stateText: Record<string, string> = {
  no_speech: 'No speech was heard in the recording.',
  uncertain: 'These words are uncertain: listen before relying on them.',
};
