/* Sending: by tus in parts of 2 MB, a few files at a time, kept going over page changes, resumed after
 * a reload once the same files are chosen again (a browser gives no file back by itself). */
import { Upload as Tus } from 'tus-js-client';
import { BASE, auth } from '../../api/client';
import { check, hashed } from './checking';
import { about, change, entries, find, parallel, partSize, refusal, type Entry } from './entries';
import { refusedBy, sentence, worthAgain } from './refusals';
import { begunBefore, fingerprint } from './remembered';

let next = 0;

/** Puts files on the list; what was begun before goes on at once. */
export async function add(files: { file: File; path: string }[]): Promise<void> {
  const fresh: Entry[] = files.map(({ file, path }) => {
    const reason = refusal(file);
    return {
      id: next++,
      file,
      path,
      state: reason ? 'failed' : 'listed',
      sent: 0,
      resumed: false,
      own: {},
      ...(reason && { reason }),
    };
  });
  entries.value = [...entries.value, ...fresh];
  const begun = begunBefore();
  for (const e of fresh) if (begun.has(fingerprint(e)) && e.state === 'listed') start([e.id]);
  await check();
}

/** Sends these, a few at a time. */
export function start(ids: number[]): void {
  const wanted = new Set(ids);
  entries.value = entries.value.map((e) =>
    wanted.has(e.id) ? { ...e, state: 'waiting', reason: undefined } : e,
  );
  pump();
}

let busy = 0;

function pump(): void {
  while (busy < parallel) {
    const e = entries.value.find((o) => o.state === 'waiting');
    if (!e) return;
    busy++;
    change(e.id, { state: 'sending' });
    void send(e.id).finally(() => {
      busy--;
      pump();
    });
  }
}

function metadataOf(e: Entry): Record<string, string> {
  const facts = about.facts(e);
  return Object.fromEntries(
    Object.entries({
      filename: e.file.name,
      filetype: e.file.type,
      agent: facts.agent,
      agent_note: facts.agent_note,
      direction: facts.direction,
      started_at: facts.started_at,
      number: facts.number,
      analyse: facts.analyse ? '' : 'no',
      sha256: e.hash ?? '',
      again: e.again ? 'yes' : '',
      call: about.call,
    }).filter(([, value]) => value),
  );
}

async function send(id: number): Promise<void> {
  await hashed(id);
  const e = find(id);
  if (!e || e.state !== 'sending') return;
  const metadata = metadataOf(e);
  change(id, { kept: metadata.analyse === 'no' });
  await new Promise<void>((over) => {
    const tus = new Tus(e.file, {
      endpoint: `${BASE}/uploads`,
      chunkSize: partSize,
      retryDelays: [0, 1000, 3000, 5000, 10_000, 20_000],
      metadata,
      removeFingerprintOnSuccess: true,
      fingerprint: async () => fingerprint(e),
      onShouldRetry: worthAgain,
      onBeforeRequest: (request) => {
        request.setHeader('X-CSRF-Token', auth.csrf);
      },
      onProgress: (sent) => progress(id, sent),
      onChunkComplete: (_, sent) => change(id, { sent }),
      onError: (error) => {
        failed(id, error);
        over();
      },
      onSuccess: () => {
        done(id, tus.url);
        over();
      },
    });
    change(id, { tus });
    stops.set(id, over);
    void begin(id, tus);
  });
  stops.delete(id);
}

/** Ends the wait for an upload that was paused or removed. */
const stops = new Map<number, () => void>();

async function begin(id: number, tus: Tus): Promise<void> {
  const earlier = (await tus.findPreviousUploads())[0];
  if (earlier) {
    tus.resumeFromPreviousUpload(earlier);
    change(id, { resumed: true });
  }
  if (find(id)?.state === 'sending') tus.start();
}

const shownAt = new Map<number, number>();

/** Many files report many times a second: one repaint in 100 ms is enough for each. */
function progress(id: number, sent: number): void {
  const now = Date.now();
  if (now - (shownAt.get(id) ?? 0) < 100) return;
  shownAt.set(id, now);
  if (find(id)?.state === 'sending') change(id, { sent });
}

function failed(id: number, error: Error): void {
  const refused = refusedBy(error);
  if (refused?.status === 401) auth.expired(false);
  if (refused?.code === 'upload_known') {
    change(id, {
      state: 'known',
      checked: true,
      reason: 'This recording is here already.',
      ...(refused.call && { call: refused.call }),
    });
  } else change(id, { state: 'failed', reason: sentence(error) });
}

function done(id: number, url: string | null): void {
  change(id, { state: 'done', sent: find(id)?.file.size ?? 0 });
  if (url) void callOf(id, url);
}

/** The call that the upload became. */
async function callOf(id: number, url: string): Promise<void> {
  const answer = await fetch(url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } }).catch(
    () => null,
  );
  const call = answer?.headers.get('Ringsight-Call');
  if (call) change(id, { call });
}

export function pause(ids: number[]): void {
  for (const id of ids) {
    const e = find(id);
    if (e?.state !== 'sending' && e?.state !== 'waiting') continue;
    change(id, { state: 'paused' });
    void e.tus?.abort();
    stops.get(id)?.();
  }
}

/** Sends one that is here already all the same. */
export function sendAgain(id: number): void {
  change(id, { again: true, call: undefined });
  start([id]);
}

/** Takes them off the list; what was begun is ended at the server too. */
export function remove(ids: number[]): void {
  const gone = new Set(ids);
  for (const e of entries.value.filter((o) => gone.has(o.id))) {
    if (e.state !== 'done' && e.tus?.url) void e.tus.abort(true).catch(() => undefined);
    stops.get(e.id)?.();
  }
  entries.value = entries.value.filter((e) => !gone.has(e.id));
}
