/* A field while it is edited: lists are lines of text. */
import type { Body, Reply } from '../../api/client';

export interface Draft {
  key: string;
  label: string;
  type: string;
  finder: string;
  speaker: string;
  help: string;
  lines: string;
  choices: string;
  required: boolean;
}

type Field = Reply<'GET /customer-fields'>['fields'][number];
export type FieldBody = Body<'PUT /customer-fields'>['fields'];

export const fromSchema = (f: Field): Draft => ({
  key: f.key,
  label: f.label,
  type: f.type,
  finder: f.finder,
  speaker: f.speaker ?? 'anyone',
  help: f.help ?? '',
  lines: (f.patterns ?? []).join('\n'),
  choices: (f.choices ?? []).join('\n'),
  required: f.required ?? false,
});

const lines = (text: string) =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean);

/** The key stays once it is given; a new field's is made of its label. */
export function keyOf(draft: Draft, all: Draft[]): string {
  if (draft.key) return draft.key;
  const bare = draft.label
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 36);
  const base = bare || 'field';
  const taken = new Set(all.filter((d) => d !== draft).map((d) => d.key));
  let key = base;
  for (let n = 2; taken.has(key); n++) key = `${base}_${n}`;
  return key;
}

export const bodyOf = (d: Draft, all: Draft[]) => ({
  key: keyOf(d, all),
  label: d.label,
  type: d.type,
  finder: d.finder,
  speaker: d.speaker,
  help: d.help,
  required: d.required,
  patterns: d.finder === 'phrases' || d.finder === 'pattern' ? lines(d.lines) : [],
  choices: d.type === 'choice' ? lines(d.choices) : [],
});
