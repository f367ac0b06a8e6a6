/* Find in this call: matches over the words of the transcript, shown through the browser's own
 * highlight registry so that the transcript is not drawn again. */
import type { Turn } from '../../api/types';

export interface Match {
  turn: number;
  first: number;
  last: number;
}

const flat = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '');

export function findIn(turns: Turn[], text: string): Match[] {
  const wanted = flat(text.trim().replace(/\s+/g, ' '));
  if (wanted.length < 2) return [];
  const found: Match[] = [];
  for (const turn of turns) {
    const starts: number[] = [];
    let line = '';
    for (const word of turn.words) {
      starts.push(line.length);
      line += `${flat(word.t)} `;
    }
    for (let at = line.indexOf(wanted); at >= 0; at = line.indexOf(wanted, at + wanted.length)) {
      found.push({
        turn: turn.n,
        first: wordAt(starts, at),
        last: wordAt(starts, at + wanted.length - 1),
      });
    }
  }
  return found;
}

function wordAt(starts: number[], place: number): number {
  let n = 0;
  while (n + 1 < starts.length && (starts[n + 1] ?? Infinity) <= place) n++;
  return n;
}

export const wordId = (turn: number, word: number) => `w-${turn}-${word}`;

/** Paints all matches, and the current one stronger. */
export function paint(matches: Match[], current: number): void {
  if (!('highlights' in CSS)) return;
  const range = (m: Match): Range[] => {
    const from = document.getElementById(wordId(m.turn, m.first));
    const until = document.getElementById(wordId(m.turn, m.last));
    if (!from || !until) return [];
    const r = new Range();
    r.setStartBefore(from);
    r.setEndAfter(until);
    return [r];
  };
  CSS.highlights.set('found', new Highlight(...matches.flatMap(range)));
  const here = matches[current];
  CSS.highlights.set('found-here', new Highlight(...(here ? range(here) : [])));
}
