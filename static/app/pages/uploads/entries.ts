/* The list of files of the upload page, and what is known of each. It outlives the page. */
import { computed, signal } from '@preact/signals';
import type { Upload as Tus } from 'tus-js-client';
import type { Facts } from './facts';
import type { Told } from './pattern';

export const partSize = 2 * 1024 * 1024;
export const maxSize = 512 * 1024 * 1024;
export const parallel = 4;
const kinds = /\.(wav|mp3|ogg|opus|flac|m4a|mp4|3gp|aac|amr|webm)$/i;

/** listed: chosen, not to be sent yet. known: here already, or twice in the list. */
export type State = 'listed' | 'known' | 'waiting' | 'sending' | 'paused' | 'done' | 'failed';

export interface Entry {
  id: number;
  file: File;
  /** Folder and name, as dropped. */
  path: string;
  state: State;
  sent: number;
  resumed: boolean;
  /** Facts given by hand for this file alone. */
  own: Told;
  hash?: string;
  checked?: boolean;
  reason?: string;
  call?: string;
  /** Send it though it is here already. */
  again?: boolean;
  /** Sent without being analysed; "asked" once somebody said so. */
  kept?: boolean | 'asked';
  tus?: Tus;
}

export const entries = signal<Entry[]>([]);
/** Given by the page: what is told with a file. */
export const about: { facts: (entry: Entry) => Facts; call: string } = {
  facts: () => {
    throw new Error('no page');
  },
  call: '',
};
export const totals = computed(() => {
  const sum = { files: 0, bytes: 0, sent: 0, counts: {} as Record<State, number> };
  for (const e of entries.value) {
    sum.counts[e.state] = (sum.counts[e.state] ?? 0) + 1;
    if (e.state === 'known' || (e.state === 'failed' && !e.tus)) continue;
    sum.files++;
    sum.bytes += e.file.size;
    sum.sent += e.sent;
  }
  return sum;
});

export function change(id: number, by: Partial<Entry>): void {
  entries.value = entries.value.map((e) => (e.id === id ? { ...e, ...by } : e));
}
export const find = (id: number) => entries.value.find((e) => e.id === id);

/** Why a file is not taken, before a byte is sent. */
export function refusal(file: File): string | undefined {
  if (file.size === 0) return 'The file is empty: it was not copied whole, perhaps.';
  if (file.size > maxSize)
    return 'The file is larger than 512 MB: cut it, or save it as MP3 or Opus.';
  if (!kinds.test(file.name))
    return 'Only WAV, MP3, Ogg, Opus, FLAC, M4A, AAC, AMR and WebM recordings can be read.';
  return undefined;
}
