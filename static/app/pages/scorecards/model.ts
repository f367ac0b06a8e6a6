/* A card while it is edited: its shape, and every change as a function from card to card. */
import type { Reply } from '../../api/client';

export type Card = Reply<'GET /scorecards/{}'>;
export type Body = Card['body'];
export type Section = Body['sections'][number];
export type Question = Section['questions'][number];
export type Level = NonNullable<Question['levels']>[number];
export type Band = NonNullable<Question['bands']>[number];
export type Rule = NonNullable<Question['rule']>;
export type Errors = Record<string, string>;
export type Kind = NonNullable<Question['type']>;
export type Decider = NonNullable<Question['decided_by']>;

export const kindOf = (q: Question): Kind => q.type ?? 'yes_no';

export const kinds: { value: Kind; label: string }[] = [
  { value: 'yes_no', label: 'Yes or no' },
  { value: 'scale', label: 'Scale' },
  { value: 'choice', label: 'Choice' },
  { value: 'number', label: 'Number' },
];

export const hasRule = (q: Question) => Boolean(q.rule ?? q.levels?.some((l) => l.rule));

export const deciderOf = (q: Question): Decider => q.decided_by ?? (hasRule(q) ? 'rule' : 'model');

export const deciderName: Record<Decider, string> = {
  rule: 'Rule',
  model: 'Language engine',
  human: 'People',
};

export const questionsOf = (body: Body) => body.sections.flatMap((s) => s.questions);

export const fieldOf = (section: number, question?: number) =>
  question === undefined ? `sections[${section}]` : `sections[${section}].questions[${question}]`;

/** How much of the whole score a question decides, in percent. */
export function shareOf(body: Body, section: Section, q: Question): number {
  const sum = (list: Question[]) => list.reduce((n, x) => n + x.weight, 0);
  if (body.sections.some((s) => s.weight !== undefined)) {
    const all = body.sections.reduce((n, s) => n + (s.weight ?? 0), 0);
    const own = sum(section.questions);
    return all && own ? (100 * (section.weight ?? 0) * q.weight) / all / own : 0;
  }
  const all = sum(questionsOf(body));
  return all ? (100 * q.weight) / all : 0;
}

export function freshKey(body: Body, text: string): string {
  const base =
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 30) || 'question';
  const taken = new Set(questionsOf(body).map((q) => q.key));
  let key = base;
  for (let n = 2; taken.has(key); n++) key = `${base}_${n}`;
  return key;
}

export const withSection = (body: Body, at: number, change: Partial<Section>): Body => ({
  ...body,
  sections: body.sections.map((s, n) => (n === at ? { ...s, ...change } : s)),
});

export const withQuestion = (body: Body, s: number, at: number, q: Question): Body =>
  withSection(body, s, {
    questions: body.sections[s]!.questions.map((old, n) => (n === at ? q : old)),
  });

export const addQuestion = (body: Body, s: number): Body =>
  withSection(body, s, {
    questions: [
      ...body.sections[s]!.questions,
      { key: freshKey(body, ''), text: 'New question', weight: 10 },
    ],
  });

export const addSection = (body: Body): Body => ({
  ...body,
  sections: [
    ...body.sections,
    {
      name: 'New section',
      ...(body.sections.some((s) => s.weight !== undefined) ? { weight: 10 } : {}),
      questions: [{ key: freshKey(body, ''), text: 'New question', weight: 10 }],
    },
  ],
});

/** Without the question, and without the conditions that hang on it. */
export function withoutQuestion(body: Body, s: number, at: number): Body {
  const gone = body.sections[s]!.questions[at]!.key;
  const sections = body.sections
    .map((section, n) => ({
      ...section,
      questions: section.questions
        .filter((_, k) => n !== s || k !== at)
        .map((q) => {
          if (q.if?.question !== gone) return q;
          const { if: _, ...rest } = q;
          return rest;
        }),
    }))
    .filter((section) => section.questions.length);
  return { ...body, sections };
}

/** One place up or down, over the edge of its section too. */
export function moved(body: Body, s: number, at: number, by: 1 | -1): Body {
  const sections = body.sections.map((x) => ({ ...x, questions: [...x.questions] }));
  const [q] = sections[s]!.questions.splice(at, 1);
  const next = at + by;
  if (next < 0 || next > sections[s]!.questions.length) {
    const other = sections[s + by];
    if (!q || !other) return body;
    if (by < 0) other.questions.push(q);
    else other.questions.unshift(q);
  } else sections[s]!.questions.splice(next, 0, q!);
  return { ...body, sections: sections.filter((x) => x.questions.length) };
}

export function movedSection(body: Body, at: number, by: 1 | -1): Body {
  const sections = [...body.sections];
  const [s] = sections.splice(at, 1);
  sections.splice(Math.min(Math.max(at + by, 0), sections.length), 0, s!);
  return { ...body, sections };
}

/** The question with another kind of answer: what no longer fits is gone. */
export function asKind(q: Question, type: Kind): Question {
  const { levels, bands, rule, partly: _, decided_by, type: __, ...rest } = q;
  const by = decided_by === 'human' ? { decided_by } : {};
  if (type === 'yes_no') return { ...rest, ...by };
  if (type === 'number')
    return { ...rest, ...by, type, bands: bands ?? [{ from: 0, to: 100, points: 100 }] };
  const three = [0, 50, 100].map((points, n) => ({ value: String(n + 1), text: '', points }));
  return { ...rest, ...by, type, levels: levels ?? three };
}

/** The answers that a condition on this question may name. */
export function answersOf(q: Question): { value: string; label: string }[] {
  const na = q.na === false ? [] : [{ value: 'na', label: 'N/A' }];
  if (q.levels)
    return [...q.levels.map((l) => ({ value: l.value, label: l.text || l.value })), ...na];
  const partly = q.partly === false ? [] : [{ value: 'partly', label: 'Partly' }];
  return [{ value: 'yes', label: 'Yes' }, ...partly, { value: 'no', label: 'No' }, ...na];
}
