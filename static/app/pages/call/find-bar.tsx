/* The little search row in the transcript's head. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Turn } from '../../api/types';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import { findIn, paint, wordId } from './find';

export function FindBar({ turns, onClose }: { turns: Turn[]; onClose: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const matches = useMemo(() => findIn(turns, text), [turns, text]);
  const current = matches.length ? at % matches.length : 0;

  useEffect(() => {
    paint(matches, current);
    const here = matches[current];
    if (here)
      document.getElementById(wordId(here.turn, here.first))?.scrollIntoView({ block: 'center' });
    return () => paint([], 0);
  }, [matches, current]);

  const step = (by: number) => setAt((current + by + matches.length) % Math.max(1, matches.length));

  return (
    <div class="find" role="search">
      <input
        type="search"
        autoFocus
        aria-label="Find in this call"
        placeholder="Find in this call"
        value={text}
        ref={(el) => {
          if (el && !text) el.focus();
        }}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') onClose();
        }}
      />
      <span class="note" role="status">
        {text.trim().length < 2
          ? ''
          : matches.length
            ? `${current + 1} of ${matches.length}`
            : 'Not said'}
      </span>
      <Button kind="quiet" label="Next" onClick={() => step(1)}>
        <Icon name="down" />
      </Button>
      <Button kind="quiet" label="Close find" onClick={onClose}>
        <Icon name="close" />
      </Button>
    </div>
  );
}
