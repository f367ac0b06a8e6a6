/* What was taken out of a transcript: calm chips in its place, and, for those who may, the words behind
 * them and the sound, for as long as the page is open. Each reading is written down by the server. */
import { signal } from '@preact/signals';
import { api, type Item } from '../../api/client';
import { refusalFor } from '../../api/session';
import type { Transcript, Turn } from '../../api/types';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';

type Original = Item<'GET /calls/{}/originals'>;

/** The call whose originals are shown, with them. */
const opened = signal<{ call: string; items: Original[] } | null>(null);

export const isOpened = (call: string) => opened.value?.call === call;

const TOKEN = /^\[([a-z0-9-]{1,24})\]([.,?!]?)$/;

const nameOf = (kind: string): string =>
  ({
    iban: 'IBAN',
    ssn: 'social security number',
    nino: 'National Insurance number',
    aadhaar: 'Aadhaar number',
    pan: 'PAN',
    'card-code': 'security code',
    'card-expiry': 'card expiry',
    email: 'e-mail address',
    phone: 'phone number',
  })[kind] ?? kind.replaceAll('-', ' ');

/** The kind that a word stands for, where it stands for something that was taken out. */
export const redactedKind = (text: string): string | undefined => TOKEN.exec(text)?.[1];

export function Redacted({ word }: { word: Turn['words'][number] }) {
  const [, kind = '', mark = ''] = TOKEN.exec(word.t) ?? [];
  const original = opened.value?.items.find(
    (o) => o.kind === kind && o.start_ms === word.s && o.end_ms === word.e,
  );
  const why = `Redacted: ${nameOf(kind)}. The words are sealed and the sound is muted here.`;
  return original ? (
    <>
      <mark class="redacted shown" title={`${nameOf(kind)}, sealed for everybody else`}>
        {original.words}
      </mark>
    </>
  ) : (
    <>
      <span class="redacted" title={why}>
        {nameOf(kind)}
      </span>
      {mark}
    </>
  );
}

/** Where something was taken out, in milliseconds. */
export const redactedSpans = (t: Transcript | undefined) =>
  (t?.turns ?? []).flatMap((turn) => turn.words.filter((w) => redactedKind(w.t)));

export function OriginalsToggle({ call, transcript }: { call: string; transcript: Transcript }) {
  if (!redactedSpans(transcript).length) return null;
  const on = isOpened(call);
  const toggle = async () => {
    if (on) {
      opened.value = null;
      return;
    }
    try {
      opened.value = { call, items: (await api('GET /calls/{}/originals', { at: [call] })).items };
    } catch (e) {
      toast((e as Error).message, true);
    }
  };
  return (
    <Button kind="quiet" why={refusalFor('originals.read')} onClick={() => void toggle()}>
      {on ? 'Hide originals' : 'Show originals'}
    </Button>
  );
}
