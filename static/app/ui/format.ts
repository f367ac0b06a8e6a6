/* Numbers, times and sizes as text. Pure; the time zone is always given by the caller. */

const locale = 'en-GB';
const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, name: string, options: Intl.DateTimeFormatOptions) {
  const key = `${zone} ${name}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options });
    formats.set(key, found);
  }
  return found;
}

/** Calendar day in the zone, as 2026-11-20. */
export function dayOf(instant: Date | string | number, zone: string): string {
  const parts = formatter(zone, 'day', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** Midnight at the start of a calendar day in the zone, `shift` days later, as RFC 3339. */
export function startOfDay(day: string, zone: string, shift = 0): string {
  const [y = 1970, m = 1, d = 1] = day.split('-').map(Number);
  const wall = Date.UTC(y, m - 1, d + shift);
  let instant = wall - offset(wall, zone);
  instant = wall - offset(instant, zone);
  return new Date(instant).toISOString();
}

/** A wall-clock time in the zone as RFC 3339; null for one that no calendar has. */
export function instantOf(
  [y, m, d, h = 0, min = 0, s = 0]: [number, number, number, number?, number?, number?],
  zone: string,
): string | null {
  const wall = Date.UTC(y, m - 1, d, h, min, s);
  const check = new Date(wall);
  if (check.getUTCMonth() !== m - 1 || check.getUTCDate() !== d || h > 23 || min > 59 || s > 59)
    return null;
  let instant = wall - offset(wall, zone);
  instant = wall - offset(instant, zone);
  return new Date(instant).toISOString();
}

function offset(instant: number, zone: string): number {
  const parts = formatter(zone, 'offset', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(instant));
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const wall = Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second'));
  return wall - Math.floor(instant / 1000) * 1000;
}

export function timeOf(iso: string, zone: string): string {
  return formatter(zone, 'time', { hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
}

export function secondOf(iso: string, zone: string): string {
  return formatter(zone, 'second', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(iso));
}

/** "20 Nov", with the year when it is another one. */
export function dateOf(iso: string, zone: string): string {
  const other = dayOf(iso, zone).slice(0, 4) !== dayOf(Date.now(), zone).slice(0, 4);
  return formatter(zone, other ? 'date-y' : 'date', {
    day: 'numeric',
    month: 'short',
    ...(other ? { year: 'numeric' } : {}),
  }).format(new Date(iso));
}

export const isToday = (iso: string, zone: string) => dayOf(iso, zone) === dayOf(Date.now(), zone);

/** The shortest that is clear: "10:42" today, "20 Nov, 10:42" before. */
export function whenOf(iso: string, zone: string): string {
  return isToday(iso, zone) ? timeOf(iso, zone) : `${dateOf(iso, zone)}, ${timeOf(iso, zone)}`;
}

export function fullTime(iso: string, zone: string): string {
  return formatter(zone, 'full', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(iso));
}

/** Seconds as 0:41, 6:12 or 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(whole / 3600);
  const m = Math.floor(whole / 60) % 60;
  return h ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}

export const clockMs = (ms: number) => clock(ms / 1000);

/** Basis points as a whole number: 9100 is "91". */
export const points = (bp: number) => String(Math.round(bp / 100));

/** Basis points of -10000..10000 as a signed number with one digit: "−0.4", "+0.6". */
export function signed(bp: number): string {
  const text = Math.abs(bp / 10000).toFixed(1);
  if (text === '0.0') return '0.0';
  return `${bp < 0 ? '−' : '+'}${text}`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const kb = n / 1024;
  if (kb < 1024) return `${kb < 10 ? kb.toFixed(1) : Math.round(kb)} KB`;
  return kb < 1024 * 1024 ? `${(kb / 1024).toFixed(1)} MB` : `${(kb / 1024 / 1024).toFixed(1)} GB`;
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const count = (n: number) => n.toLocaleString(locale);

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** How long ago, in the one unit that says enough: "8 s", "12 min", "3 h", "4 d". */
export function age(iso: string, now = Date.now()): string {
  const s = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (s < 90) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  return s < 36 * 3600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
}

/** Millionths of a currency as "1.25 USD"; down to the millionth where it matters. */
export function money(micro: number, currency: string): string {
  const text = (micro / 1_000_000).toFixed(6).replace(/0{1,4}$/, '');
  return `${text} ${currency}`;
}

/** What somebody typed as an amount, in millionths; NaN if it is none. */
export function microOf(text: string): number {
  return Math.round(Number(text.trim().replace(',', '.')) * 1_000_000);
}
