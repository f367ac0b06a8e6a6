/* Dates and times as people write them in sheets and file names. Pure. */
import { instantOf } from '../../ui/format';

export type DateOrder = 'ymd' | 'dmy' | 'mdy';

const separated = /^(\d{1,4})[-./_ ](\d{1,2})[-./_ ](\d{1,4})$/;
const clockTime = /^(\d{1,2})[:.h_-]?(\d{2})(?:[:.m_-]?(\d{2}))?s?\s*(am|pm)?$/i;

/** Year, month and day; the order counts only where the year does not come first. */
export function dayFrom(text: string, order: DateOrder): [number, number, number] | null {
  const bare = text.trim();
  let parts: number[] | undefined;
  if (/^\d{8}$/.test(bare)) {
    parts =
      order === 'ymd'
        ? [+bare.slice(0, 4), +bare.slice(4, 6), +bare.slice(6)]
        : [+bare.slice(0, 2), +bare.slice(2, 4), +bare.slice(4)];
  } else parts = separated.exec(bare)?.slice(1).map(Number);
  const [a = 0, b = 0, c = 0] = parts ?? [];
  if (!parts) return null;
  if (a > 31) return [a, b, c];
  if (order === 'ymd') return null;
  const year = c < 100 ? 2000 + c : c;
  return order === 'dmy' ? [year, b, a] : [year, a, b];
}

export function timeFrom(text: string): [number, number, number] | null {
  const m = clockTime.exec(text.trim());
  if (!m) return null;
  let h = Number(m[1]);
  if (m[4]) h = (h % 12) + (/pm/i.test(m[4]) ? 12 : 0);
  const [min, s] = [Number(m[2]), Number(m[3] ?? 0)];
  return h > 23 || min > 59 || s > 59 ? null : [h, min, s];
}

/** One text with a date and perhaps a time, in the zone unless it names one of its own. */
export function whenFrom(text: string, order: DateOrder, zone: string): string | null {
  const bare = text.trim();
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(bare)) {
    const instant = Date.parse(bare.replace(' ', 'T'));
    return Number.isNaN(instant) ? null : new Date(instant).toISOString();
  }
  if (/^\d{10}(\d{3})?$/.test(bare))
    return new Date(Number(bare) * (bare.length === 10 ? 1000 : 1)).toISOString();
  const [, date = '', time = ''] = /^(\S+?)(?:[T\s]+(.+))?$/.exec(bare) ?? [];
  const day = dayFrom(date, order);
  const clock = time ? timeFrom(time) : ([0, 0, 0] as [number, number, number]);
  return day && clock ? instantOf([...day, ...clock], zone) : null;
}

/** How the dates of a column are written, as far as they tell: day first unless one forbids it. */
export function orderOf(texts: string[]): DateOrder {
  let order: DateOrder = 'dmy';
  for (const text of texts) {
    const [, a, b] = /^(\d{1,4})[-./](\d{1,2})[-./]\d/.exec(text.trim()) ?? [];
    if (a && a.length === 4) return 'ymd';
    if (Number(b) > 12) order = 'mdy';
  }
  return order;
}

const directions: Record<string, string> = {
  in: 'inbound',
  inbound: 'inbound',
  incoming: 'inbound',
  out: 'outbound',
  outbound: 'outbound',
  outgoing: 'outbound',
  internal: 'internal',
  int: 'internal',
};

export const directionFrom = (text: string): string => directions[text.trim().toLowerCase()] ?? '';
