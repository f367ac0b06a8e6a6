/* What is to be known of a transcript besides its words, in sentences. */
import type { Transcript } from '../../api/types';
import { clockMs, plural } from '../../ui/format';
import { usePlayback } from './playback';

const tagText = {
  prompt: 'Recorded announcement',
  voicemail: 'Voicemail',
  wordless: 'Sound without words (music or noise)',
};

export function TranscriptNotes({ transcript: t }: { transcript: Transcript }) {
  const playback = usePlayback();
  const n = t.notes;
  const sentences = [
    t.engine_name && `Transcribed by ${t.engine_name}.`,
    t.changed && 'A person changed this version.',
    t.attribution === 'voices' &&
      'The engine told the voices apart; which is the agent is a guess from what they say.',
    n.removed > 0 &&
      `${plural(n.removed, 'word')} that the engine invented over silence or repeated without end ${n.removed === 1 ? 'was' : 'were'} left out.`,
    n.corrected > 0 && `${plural(n.corrected, 'place')} corrected by the vocabulary.`,
    n.times_spread &&
      'This engine tells no times: words are spread over the stretch they were said in.',
    n.no_confidence && 'This engine does not say how sure it is of a word.',
  ].filter(Boolean);
  return (
    <>
      {sentences.length > 0 && <p class="panel-note">{sentences.join(' ')}</p>}
      {n.tags.length > 0 && (
        <p class="panel-note tags">
          {n.tags.map((tag) => (
            <button
              key={`${tag.kind}${tag.start_ms}`}
              type="button"
              class="chip"
              onClick={() => playback.seek(tag.start_ms / 1000)}
            >
              {tagText[tag.kind]} {clockMs(tag.start_ms)}–{clockMs(tag.end_ms)}
            </button>
          ))}
        </p>
      )}
    </>
  );
}
