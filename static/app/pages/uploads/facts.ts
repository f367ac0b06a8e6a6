/* What is told with one file: by hand, by the sheet, by its name, by what holds for all, in this
 * order. Pure. */
import type { Agent } from '../../api/types';
import type { Pattern, Told } from './pattern';
import { keyOf, type Rows } from './sheet';

export interface ForAll {
  agent: string;
  direction: string;
  started_at: string;
  analyse: boolean;
}

/** Where the facts come from; null: not used. */
export interface Sources {
  all: ForAll;
  pattern: Pattern | null;
  rows: Rows | null;
  agents: Pick<Agent, 'id' | 'name' | 'extension'>[];
  zone: string;
}

export interface Facts {
  agent: string;
  agent_shown: string;
  agent_note: string;
  direction: string;
  started_at: string;
  number: string;
  analyse: boolean;
  /** What should be looked at before it is sent; it can be sent all the same. */
  warning: string;
}

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

export function agentBy(text: string, agents: Sources['agents']) {
  return agents.find((a) => a.id === text || same(a.extension, text) || same(a.name, text));
}

export function factsOf(path: string, modified: number, own: Told, from: Sources): Facts {
  const row = from.rows?.get(keyOf(path));
  const named = from.pattern?.read(path, from.zone);
  const read = typeof named === 'object' ? named : {};
  const merged: Told = {
    ...(from.all.agent && { agent: from.all.agent }),
    ...(from.all.direction && { direction: from.all.direction }),
    ...(from.all.started_at && { started_at: from.all.started_at }),
    ...read,
    ...row,
    ...own,
  };
  const unfit = typeof named === 'string' && !row && !own.agent ? named : '';
  const agent = merged.agent ? agentBy(merged.agent, from.agents) : undefined;
  const missing = from.rows && !row && !own.agent ? 'The sheet has no row for this file.' : '';
  const stranger =
    merged.agent && !agent
      ? `No agent is called "${merged.agent}": the call goes to Unknown agents.`
      : '';
  return {
    agent: agent?.id ?? merged.agent ?? '',
    agent_shown: agent?.name ?? merged.agent ?? '',
    agent_note: merged.agent ? '' : unfit || missing || 'Uploaded without an agent.',
    direction: merged.direction || 'inbound',
    started_at: merged.started_at || new Date(modified).toISOString(),
    number: merged.number ?? '',
    analyse: from.all.analyse,
    warning: row?.wrong || unfit || missing || stranger,
  };
}
