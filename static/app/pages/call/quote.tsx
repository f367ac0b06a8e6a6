/* A quoted piece of the call: says when and what, plays exactly that. */
import type { Span } from '../../api/types';
import { clockMs } from '../../ui/format';
import { usePlayback } from './playback';
import { useSpoken } from './spoken';

export function Quote({ span, audible }: { span: Span; audible: boolean }) {
  const playback = usePlayback();
  const say = useSpoken();
  return (
    <button
      type="button"
      class="quote"
      onClick={() => playback.playSpan(span)}
      aria-label={`${audible ? 'Play' : 'Show'} ${clockMs(span.start_ms)}: ${span.words}`}
    >
      <span class="quote-time">
        <span aria-hidden="true">▸ </span>
        {clockMs(span.start_ms)}
      </span>{' '}
      {say(span.words)}
    </button>
  );
}
