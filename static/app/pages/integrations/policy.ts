/* A policy's halves as the form edits them, and back. Pure. */
import type { Reply } from '../../api/client';

export type Policy = Reply<'GET /integrations/{}/policy'>;
type Rule = NonNullable<Policy['body']['analyse']>;
export type Half = 'fetch' | 'analyse';
export type Store = NonNullable<Policy['body']['store']>;

export interface Draft {
  who: 'all' | 'listed' | 'none';
  agents: string[];
  extensions: string;
  directions: string[];
  numbers: string;
  except_numbers: string;
  min_s: string;
  percent: string;
}

const join = (list: string[] | undefined) => (list ?? []).join(', ');
const split = (text: string) =>
  text
    .split(/[,;\n]/)
    .map((t) => t.trim())
    .filter(Boolean);

export function draftOf(rule: Rule | undefined): Draft {
  return {
    who: rule?.who ?? 'all',
    agents: rule?.agents ?? [],
    extensions: join(rule?.extensions),
    directions: rule?.directions ?? [],
    numbers: join(rule?.numbers),
    except_numbers: join(rule?.except_numbers),
    min_s: rule?.min_s ? String(rule.min_s) : '',
    percent: rule?.percent === undefined || rule.percent === 100 ? '' : String(rule.percent),
  };
}

/** Only what differs from "everything", so that the stored policy reads as it was meant. */
export function ruleOf(d: Draft): Record<string, unknown> {
  const rule: Record<string, unknown> = { who: d.who };
  if (d.who === 'none') return rule;
  if (d.who === 'listed') {
    rule.agents = d.agents;
    rule.extensions = split(d.extensions);
  }
  if (d.directions.length) rule.directions = d.directions;
  if (split(d.numbers).length) rule.numbers = split(d.numbers);
  if (split(d.except_numbers).length) rule.except_numbers = split(d.except_numbers);
  if (d.min_s.trim()) rule.min_s = Number(d.min_s);
  if (d.percent.trim()) rule.percent = Number(d.percent);
  return rule;
}

/** What a half says, as one sentence's end. */
export function ruleWords(rule: Rule | undefined, agents: number): string {
  const d = draftOf(rule);
  if (d.who === 'none') return 'no call';
  const who =
    d.who === 'all'
      ? 'all calls'
      : `calls of ${listed(d)}${agents ? ` (of ${agents} agents)` : ''}`;
  const only = [
    d.directions.length && `only ${d.directions.join(' and ')}`,
    d.numbers && `only numbers ${d.numbers}`,
    d.except_numbers && `not numbers ${d.except_numbers}`,
    d.min_s && `from ${d.min_s} seconds on`,
    d.percent && `${d.percent} % of them`,
  ].filter(Boolean);
  return [who, ...only].join(', ');
}

function listed(d: Draft): string {
  const some = [
    d.agents.length && `${d.agents.length} listed ${d.agents.length === 1 ? 'agent' : 'agents'}`,
    d.extensions && `extensions ${d.extensions}`,
  ].filter(Boolean);
  return some.join(' and ') || 'nobody yet';
}
