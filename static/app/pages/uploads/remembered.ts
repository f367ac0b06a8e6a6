/* Uploads that were begun in this browser and are not finished: tus-js-client keeps their addresses. */
import { Upload as Tus } from 'tus-js-client';
import { auth } from '../../api/client';
import { session } from '../../api/session';
import { entries, type Entry } from './entries';

export function fingerprint(e: Pick<Entry, 'file' | 'path'>): string {
  const tenant = session.peek()?.tenant?.id ?? '';
  return ['ringsight', tenant, e.path, e.file.size, e.file.lastModified].join(':');
}

const stored = () =>
  Object.keys(localStorage).filter(
    (key) =>
      key.startsWith('tus::') && key.includes(`ringsight:${session.value?.tenant?.id ?? ''}:`),
  );

export function begunBefore(): Set<string> {
  return new Set(stored().map((key) => key.slice(5).replace(/::\d+$/, '')));
}

/** Paths of uploads of this tenant begun in this browser, not finished nor on the list. */
export function unfinished(): string[] {
  const listed = new Set(entries.value.map(fingerprint));
  const names = [...begunBefore()]
    .filter((print) => !listed.has(print))
    .map((print) => print.split(':').slice(2, -2).join(':'));
  return [...new Set(names)].filter(Boolean);
}

/** Ends them at the server and forgets them here. */
export async function forgetUnfinished(): Promise<void> {
  for (const key of stored()) {
    const { uploadUrl } = JSON.parse(localStorage.getItem(key) ?? '{}') as { uploadUrl?: string };
    localStorage.removeItem(key);
    if (uploadUrl)
      await Tus.terminate(uploadUrl, {
        onBeforeRequest: (r) => r.setHeader('X-CSRF-Token', auth.csrf),
      }).catch(() => undefined);
  }
  entries.value = [...entries.value];
}
