/* Acts in words: "PATCH /agents/{agent}" is "Changed: agents". */
import type { Item } from '../../api/client';

type Entry = Item<'GET /audit'>;

const named: Record<string, string> = {
  'POST /session': 'Signed in',
  'DELETE /session': 'Signed out',
  'GET /audit/file': 'Took the audit log as a file',
  'POST /recording-conversions': 'Went through past recordings',
  'DELETE /recording-conversions/{conversion}': 'Stopped going through past recordings',
  'GET /calls/{call}/recordings/{recording}': 'Listened to a recording',
};

const verbs: Record<string, string> = {
  POST: 'Added',
  PUT: 'Set',
  PATCH: 'Changed',
  DELETE: 'Removed',
  GET: 'Took',
};

export function actOf(act: string): string {
  const [method, path = ''] = act.split(' ');
  const what = path
    .split('/')
    .filter((part) => part && !part.startsWith('{'))
    .map((part) => part.replaceAll('-', ' '))
    .join(', ');
  return named[act] ?? `${verbs[method ?? ''] ?? method}: ${what}`;
}

/** The fields that were given, with the values that are told. */
export function detailOf(e: Entry): string {
  return Object.entries(e.given)
    .map(([name, value]) => (value === null ? name : `${name} ${value}`))
    .join(' · ');
}
