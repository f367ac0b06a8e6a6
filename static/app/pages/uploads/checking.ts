/* Looking for files that are here already before a byte is sent: by their SHA-256, made here. */
import { api } from '../../api/client';
import { change, entries, find } from './entries';
import { hashOf, maxHashed } from './hash';

const askedAtOnce = 50;
let checking = false;

/** Looks through the list for files that are here already, or twice in it. */
export async function check(): Promise<void> {
  if (checking) return;
  checking = true;
  try {
    for (;;) {
      const some = entries.value
        .filter((e) => e.state === 'listed' && !e.checked && e.file.size <= maxHashed)
        .slice(0, askedAtOnce);
      if (!some.length) return;
      for (const e of some) await hashed(e.id);
      await askFor(some.map((e) => e.id));
    }
  } finally {
    checking = false;
  }
}

export async function hashed(id: number): Promise<string | undefined> {
  const e = find(id);
  if (!e || e.hash || e.file.size > maxHashed) return e?.hash;
  const hash = await hashOf(e.file).catch(() => undefined);
  if (!hash) {
    change(id, { state: 'failed', reason: 'The file cannot be read: is it still where it was?' });
    return undefined;
  }
  const twin = entries.value.find((o) => o.hash === hash && o.id !== id && o.state !== 'failed');
  change(id, {
    hash,
    ...(twin && e.state === 'listed' && { state: 'known', reason: `The same as ${twin.path}.` }),
  });
  return hash;
}

/** What is not told is sent, and the server says then that it has it; so it is asked again before. */
async function known(
  hashes: string[],
  tries: number,
): Promise<{ items: { sha256: string; call: string }[] }> {
  try {
    return await api('POST /uploads/known', { body: { hashes } });
  } catch {
    if (tries <= 1) return { items: [] };
    await new Promise((go) => setTimeout(go, 1000));
    return known(hashes, tries - 1);
  }
}

async function askFor(ids: number[]): Promise<void> {
  const hashes = ids.flatMap((id) => find(id)?.hash ?? []);
  const answer = hashes.length ? await known(hashes, 3) : { items: [] };
  const calls = new Map(answer.items.map((k) => [k.sha256, k.call]));
  entries.value = entries.value.map((e) => {
    if (!ids.includes(e.id)) return e;
    const call = e.state === 'listed' && e.hash ? calls.get(e.hash) : undefined;
    if (!call) return { ...e, checked: true };
    return { ...e, checked: true, state: 'known', call, reason: 'This recording is here already.' };
  });
}
