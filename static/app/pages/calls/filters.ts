/* The list's filters live in the address; here they become what the API asks for. */
import type { CallQuery, CallState } from '../../api/types';
import { dayOf, startOfDay } from '../../ui/format';

export type Filters = Record<string, string>;

export const names = [
  'when',
  'from',
  'to',
  'agent',
  'team',
  'tag',
  'direction',
  'below',
  'breach',
  'recording',
  'number',
  'state',
  'intent',
] as const;
export type FilterName = (typeof names)[number];

const days: Record<string, number> = { today: 0, '7d': 6, '30d': 29 };

export const whenChoices = [
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
];

export const directionChoices = [
  { value: 'inbound', label: 'Inbound' },
  { value: 'outbound', label: 'Outbound' },
  { value: 'internal', label: 'Internal' },
];

export const stateChoices: { value: CallState; label: string }[] = [
  { value: 'scored', label: 'Scored' },
  { value: 'held', label: 'Held for review' },
  { value: 'not_scorable', label: 'Not scorable' },
  { value: 'stored', label: 'Not analysed' },
  { value: 'no_recording', label: 'No recording' },
  { value: 'transcribing', label: 'Transcribing' },
  { value: 'failed', label: 'Failed' },
];

/** The filters of an address, without anything else in it (cursor, unknown names). */
export function read(query: Record<string, string>): Filters {
  return Object.fromEntries(names.flatMap((n) => (query[n] ? [[n, query[n] as string]] : [])));
}

/** Days are the tenant's days: midnight is midnight in its zone. */
export function toQuery(filters: Filters, zone: string): CallQuery {
  const query: CallQuery = {};
  const back = days[filters.when ?? ''];
  if (back !== undefined) query.from = startOfDay(dayOf(Date.now(), zone), zone, -back);
  if (isDay(filters.from)) query.from = startOfDay(filters.from, zone);
  if (isDay(filters.to)) query.to = startOfDay(filters.to, zone, 1);
  if (filters.agent) query.agent = filters.agent;
  if (filters.team) query.team = filters.team;
  if (filters.tag) query.tag = filters.tag;
  if (filters.direction) query.direction = filters.direction as NonNullable<CallQuery['direction']>;
  if (filters.state) query.state = filters.state as NonNullable<CallQuery['state']>;
  if (filters.number) query.number = filters.number;
  if (filters.below && Number(filters.below) > 0)
    query.score_below = Math.round(Number(filters.below) * 100);
  if (filters.intent) query.intent = filters.intent;
  if (filters.breach) query.breach = true;
  if (filters.recording) query.recording = true;
  return query;
}

function isDay(text: string | undefined): text is string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');
}
