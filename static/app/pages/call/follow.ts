/* What moves over the drawn transcript: the active turn, the word being said, the linked words. All
 * are classes set on elements that are there, so that nothing is drawn again while audio plays. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Transcript, Turn } from '../../api/types';
import { wordId } from './find';
import { usePlayback } from './playback';

/** Marks the active turn and word, and keeps the turn in view while the audio plays, unless
 * somebody scrolled by hand a moment ago. */
export function useFollow(body: { current: HTMLDivElement | null }, transcript: Transcript): void {
  const playback = usePlayback();
  const byHand = useRef(0);
  const shown = useRef<{ turn: number; word: Element | null }>({ turn: -1, word: null });

  useEffect(() => {
    shown.current = { turn: -1, word: null };
    const touch = () => {
      byHand.current = Date.now();
    };
    const el = body.current;
    el?.addEventListener('wheel', touch, { passive: true });
    el?.addEventListener('touchmove', touch, { passive: true });
    return () => {
      el?.removeEventListener('wheel', touch);
      el?.removeEventListener('touchmove', touch);
    };
  }, [transcript]);

  useSignalEffect(() => {
    const ms = playback.time.value * 1000;
    const turn = ms > 0 || playback.playing.value ? turnAt(transcript.turns, ms) : undefined;
    if (turn?.n !== shown.current.turn) {
      body.current?.querySelector('.turn.active')?.classList.remove('active');
      const row = turn && body.current?.querySelector<HTMLElement>(`.turn[data-turn="${turn.n}"]`);
      row?.classList.add('active');
      shown.current.turn = turn?.n ?? -1;
      if (row && body.current && Date.now() - byHand.current > 5000)
        bringIntoView(body.current, row);
    }
    const at = turn?.words.findLastIndex((w) => w.s <= ms + 40) ?? -1;
    const word = turn && at >= 0 ? document.getElementById(wordId(turn.n, at)) : null;
    if (word !== shown.current.word) {
      shown.current.word?.classList.remove('now');
      word?.classList.add('now');
      shown.current.word = word;
    }
  });
}

/** Scrolls the transcript's own box only; where the page scrolls instead (phone), the page. */
function bringIntoView(box: HTMLElement, row: HTMLElement): void {
  if (box.scrollHeight > box.clientHeight + 1) {
    const top = row.offsetTop - box.offsetTop;
    const low = top + row.offsetHeight;
    if (top < box.scrollTop + 8 || low > box.scrollTop + box.clientHeight - 40) {
      box.scrollTo({ top: top - box.clientHeight / 3 });
    }
  } else if (box.offsetParent) {
    const place = row.getBoundingClientRect();
    if (place.top < 120 || place.bottom > innerHeight - 220) {
      window.scrollBy({ top: place.top - innerHeight / 3 });
    }
  }
}

function turnAt(turns: Turn[], ms: number): Turn | undefined {
  return turns.findLast((t) => t.start_ms <= ms + 40);
}

/** Shows which cited words belong to the verdict that is pointed at. */
export function useLinked(body: { current: HTMLDivElement | null }): void {
  const playback = usePlayback();
  useSignalEffect(() => {
    const key = playback.linked.value;
    for (const cite of body.current?.querySelectorAll<HTMLElement>('.cite') ?? []) {
      cite.classList.toggle(
        'linked',
        key !== null && Boolean(cite.dataset.keys?.split(' ').includes(key)),
      );
    }
  });
}
