/* What a file's name tells of its call, by a pattern like {agent}_{date}_{time}_{number}. Pure. */
import { instantOf } from '../../ui/format';
import { dayFrom, directionFrom, timeFrom, type DateOrder } from './when';

const parts: Record<string, string> = {
  agent: '.+?',
  number: '\\+?[0-9][0-9 ()-]*',
  date: '\\d{4}[-_.]?\\d{2}[-_.]?\\d{2}',
  'date:dmy': '\\d{2}[-_.]?\\d{2}[-_.]?\\d{4}',
  'date:mdy': '\\d{2}[-_.]?\\d{2}[-_.]?\\d{4}',
  time: '\\d{2}[-_.:h]?\\d{2}(?:[-_.:m]?\\d{2})?',
  epoch: '\\d{10}(?:\\d{3})?',
  direction: 'inbound|outbound|internal|incoming|outgoing|in|out|int',
  any: '.*?',
};

export const places = Object.keys(parts).map((name) => `{${name}}`);

export interface Told {
  agent?: string;
  number?: string;
  direction?: string;
  started_at?: string;
}

export interface Pattern {
  text: string;
  /** What the name tells, or a sentence why it does not fit. */
  read: (path: string, zone: string) => Told | string;
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The pattern, or a sentence what is wrong with it. */
export function compile(text: string): Pattern | string {
  const names: string[] = [];
  let source = '';
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const name = /^\{(.*)\}$/.exec(piece)?.[1];
    if (name === undefined) {
      if (/[{}]/.test(piece)) return 'A curly bracket is not closed.';
      source += escape(piece);
      continue;
    }
    const part = parts[name];
    if (!part) return `There is no {${name}}: use ${places.join(', ')}.`;
    const kind = name.split(':')[0] ?? name;
    if (kind !== 'any' && names.some((n) => n.split(':')[0] === kind))
      return `{${kind}} stands there twice.`;
    if (kind === 'any') source += part;
    else {
      names.push(name);
      source += `(${part})`;
    }
  }
  if (!names.length) return `Put at least one of ${places.slice(0, -1).join(', ')} in.`;
  const whole = new RegExp(`^${source}$`, 'iu');
  const folders = text.split('/').length;
  return { text, read: (path, zone) => read(whole, names, tail(path, folders), zone, text) };
}

/** As many of the last folders as the pattern has, and the name without its ending. */
function tail(path: string, folders: number): string {
  return path
    .split('/')
    .slice(-folders)
    .join('/')
    .replace(/\.[A-Za-z0-9]{1,5}$/, '');
}

function read(
  whole: RegExp,
  names: string[],
  subject: string,
  zone: string,
  text: string,
): Told | string {
  const found = whole.exec(subject);
  if (!found) return `The file name does not fit ${text}.`;
  const get = (name: string) => found[names.indexOf(name) + 1];
  const told: Told = {};
  const [agent, number, way, epoch] = ['agent', 'number', 'direction', 'epoch'].map((n) =>
    names.includes(n) ? get(n) : undefined,
  );
  if (agent) told.agent = agent.trim();
  if (number) told.number = number.replace(/[ ()-]/g, '');
  if (way) told.direction = directionFrom(way);
  if (epoch)
    told.started_at = new Date(Number(epoch) * (epoch.length === 10 ? 1000 : 1)).toISOString();
  const dated = names.find((n) => n.startsWith('date'));
  if (!dated) return told;
  const day = dayFrom(
    (get(dated) ?? '').replace(/_/g, '-'),
    (dated.split(':')[1] ?? 'ymd') as DateOrder,
  );
  const clock = names.includes('time') ? timeFrom(get('time') ?? '') : ([0, 0, 0] as const);
  const instant = day && clock ? instantOf([...day, ...clock], zone) : null;
  if (!instant) return `The date or time in the file name is none: it was read by ${text}.`;
  told.started_at = instant;
  return told;
}
