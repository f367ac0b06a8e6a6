/* The cited words of a call as marks: which turn and words, in which colour, for which verdict.
 * Transcript, waveform and score panel are drawn from the same list. */
import type { Analysis, Criterion, Score, Span } from '../../api/types';

export type MarkTone = 'good' | 'warn' | 'bad' | 'info';

export interface Mark {
  /** The verdict's key; breaches are "breach-0" and so on. */
  key: string;
  label: string;
  tone: MarkTone;
  span: Span;
}

type Answer = { label: string; tone: MarkTone | 'none' };

const answers: Record<string, Answer> = {
  value: { label: 'Answered', tone: 'info' },
  yes: { label: 'Yes', tone: 'good' },
  partly: { label: 'Partly', tone: 'warn' },
  no: { label: 'No', tone: 'bad' },
  na: { label: 'N/A', tone: 'none' },
  not_assessed: { label: 'Not assessed', tone: 'none' },
  unsupported: { label: 'Unsupported', tone: 'none' },
};

/** A chosen level or a number is coloured by what it is worth. */
export function answerOf(answer: string, of?: Pick<Criterion, 'label' | 'points_bp'>): Answer {
  if (answer !== 'value' || !of) return answers[answer] ?? { label: answer, tone: 'none' };
  const worth = of.points_bp;
  const tone = worth === null ? 'info' : worth >= 7500 ? 'good' : worth >= 4000 ? 'warn' : 'bad';
  return { label: of.label ?? '', tone };
}

export function marksOf(score: Score | undefined, analysis: Analysis | undefined): Mark[] {
  const cited = (score?.criteria ?? []).flatMap((c) => {
    const { tone } = answerOf(c.answer, c);
    return c.spans.map((span): Mark => ({
      key: c.key,
      label: c.text,
      tone: tone === 'none' ? 'info' : tone,
      span,
    }));
  });
  const breaches = (analysis?.breaches ?? []).flatMap((b, n) =>
    b.spans.map((span): Mark => ({ key: `breach-${n}`, label: b.name, tone: 'bad', span })),
  );
  return [...cited, ...breaches].sort((a, b) => a.span.start_ms - b.span.start_ms);
}

export interface Segment {
  first: number;
  last: number;
  marks: Mark[];
}

/** A turn's words cut wherever a mark begins or ends; each piece knows the marks over it. */
export function segmentsOf(turn: number, words: number, marks: Mark[]): Segment[] {
  const here = marks.filter((m) => m.span.turn === turn && m.span.first < words);
  const cuts = new Set([0, words]);
  for (const { span } of here) {
    cuts.add(Math.max(0, span.first));
    cuts.add(Math.min(words, span.last + 1));
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((first, n) => {
    const last = (edges[n + 1] ?? words) - 1;
    return { first, last, marks: here.filter((m) => m.span.first <= first && m.span.last >= last) };
  });
}

const order: MarkTone[] = ['bad', 'warn', 'good', 'info'];

/** Where marks overlap, the gravest colour shows. */
export const gravest = (marks: Mark[]): MarkTone =>
  order.find((tone) => marks.some((m) => m.tone === tone)) ?? 'info';
