/* Uploads of this page: tus in parts of 2 MB, kept going over page changes, resumed after a reload
 * once the same file is chosen again (a browser gives no file back by itself). */
import { signal } from '@preact/signals';
import { Upload as Tus } from 'tus-js-client';
import { BASE, auth } from '../../api/client';
import { session } from '../../api/session';

export const partSize = 2 * 1024 * 1024;
export const maxSize = 512 * 1024 * 1024;
const kinds = /\.(wav|mp3|ogg|opus)$/i;

export interface Entry {
  id: number;
  file: File;
  state: 'waiting' | 'sending' | 'paused' | 'done' | 'failed';
  sent: number;
  resumed: boolean;
  reason?: string;
  call?: string;
  tus?: Tus;
}

export interface Meta {
  agent: string;
  direction: string;
  started_at: string;
}

export const entries = signal<Entry[]>([]);
let next = 0;

function change(id: number, by: Partial<Entry>): void {
  entries.value = entries.value.map((e) => (e.id === id ? { ...e, ...by } : e));
}

/** Why a file is not taken, before a byte is sent. */
export function refusal(file: File): string | undefined {
  if (file.size === 0) return 'The file is empty.';
  if (file.size > maxSize) return 'The file is larger than 512 MB.';
  if (!kinds.test(file.name)) return 'Only WAV, MP3, Ogg and Opus recordings can be read.';
  return undefined;
}

export function add(files: Iterable<File>, meta: Meta): void {
  for (const file of files) {
    const reason = refusal(file);
    const entry: Entry = {
      id: next++,
      file,
      state: reason ? 'failed' : 'waiting',
      sent: 0,
      resumed: false,
      reason,
    };
    entries.value = [...entries.value, entry];
    if (!reason) void begin(entry, meta);
  }
}

async function begin(entry: Entry, meta: Meta): Promise<void> {
  const { id, file } = entry;
  const tenant = session.peek()?.tenant?.id ?? '';
  const metadata = Object.fromEntries(
    Object.entries({
      filename: file.name,
      filetype: file.type,
      agent: meta.agent,
      direction: meta.direction,
      started_at: meta.started_at || new Date(file.lastModified).toISOString(),
    }).filter(([, value]) => value),
  );
  const tus = new Tus(file, {
    endpoint: `${BASE}/uploads`,
    chunkSize: partSize,
    retryDelays: [0, 1000, 3000, 5000, 10_000],
    metadata,
    removeFingerprintOnSuccess: true,
    fingerprint: async () =>
      ['ringsight', tenant, file.name, file.size, file.lastModified].join(':'),
    onBeforeRequest: (request) => {
      request.setHeader('X-CSRF-Token', auth.csrf);
    },
    onProgress: (sent) => change(id, { sent, state: 'sending' }),
    onError: (error) => change(id, { state: 'failed', reason: sentence(error) }),
    onSuccess: () => void finished(id, tus.url),
  });
  change(id, { tus });
  const earlier = (await tus.findPreviousUploads())[0];
  if (earlier) {
    tus.resumeFromPreviousUpload(earlier);
    change(id, { resumed: true });
  }
  change(id, { state: 'sending' });
  tus.start();
}

/** The call that the upload became; it may take a moment to appear. */
async function finished(id: number, url: string | null): Promise<void> {
  change(id, { state: 'done', sent: entries.value.find((e) => e.id === id)?.file.size ?? 0 });
  for (let n = 0; url && n < 10; n++) {
    const answer = await fetch(url, {
      method: 'HEAD',
      headers: { 'Tus-Resumable': '1.0.0' },
    }).catch(() => null);
    const call = answer?.headers.get('Ringsight-Call');
    if (call) {
      change(id, { call });
      return;
    }
    if (!answer?.ok) return;
    await new Promise((done) => {
      setTimeout(done, 300 * (n + 1));
    });
  }
}

function sentence(error: Error): string {
  const response = (
    error as { originalResponse?: { getStatus(): number; getBody(): string } | null }
  ).originalResponse;
  if (!response) return 'The connection was lost. Try again to go on from here.';
  try {
    const problem = JSON.parse(response.getBody()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? error.message;
  } catch {
    return `The server answered ${response.getStatus()}.`;
  }
}

export function pause(entry: Entry): void {
  void entry.tus?.abort();
  change(entry.id, { state: 'paused' });
}

export function resume(entry: Entry): void {
  change(entry.id, { state: 'sending', reason: undefined });
  entry.tus?.start();
}

/** Takes it off the list; an unfinished one is ended at the server too. */
export function remove(entry: Entry): void {
  if (entry.state !== 'done' && entry.tus) void entry.tus.abort(true).catch(() => undefined);
  entries.value = entries.value.filter((e) => e.id !== entry.id);
}

/** Names of uploads of this tenant begun in this browser and not finished nor on the list. */
export function unfinished(): string[] {
  const tenant = session.value?.tenant?.id ?? '';
  const listed = new Set(entries.value.map((e) => e.file.name));
  const names = Object.keys(localStorage)
    .filter((key) => key.startsWith('tus::') && key.includes(`ringsight:${tenant}:`))
    .map(
      (key) =>
        key.split(`ringsight:${tenant}:`)[1]?.split('::')[0]?.split(':').slice(0, -2).join(':') ??
        '',
    );
  return [...new Set(names)].filter((name) => name && !listed.has(name));
}
