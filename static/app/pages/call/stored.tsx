/* What is kept of a recording: the file as it came, the same sound as Opus, or both. */
import { BASE, fill } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { Recording } from '../../api/types';
import { usePoll } from '../../api/use-poll';
import { bytes, whenOf } from '../../ui/format';

const codecs: Record<string, string> = {
  pcm_u8: 'PCM 8 bit',
  pcm_s16: 'PCM 16 bit',
  pcm_s24: 'PCM 24 bit',
  pcm_s32: 'PCM 32 bit',
  pcm_f32: 'PCM float',
  pcm_f64: 'PCM float 64 bit',
  mulaw: 'G.711 µ-law',
  alaw: 'G.711 A-law',
  mp3: 'MP3',
  opus: 'Opus',
  flac: 'FLAC',
  gsm: 'GSM',
  aac: 'AAC',
  amr_nb: 'AMR',
  amr_wb: 'AMR wide band',
};

export const codecName = (codec: string) => codecs[codec] ?? codec;

const opusSize = (r: Recording) => (r.opus_bytes === null ? '' : ` (${bytes(r.opus_bytes)})`);

/** One sentence, or undefined where the file is kept as it came and nothing else. */
function kept(r: Recording): string | undefined {
  if (r.original_gone_at)
    return `Kept as Opus${opusSize(r)} since ${whenOf(r.original_gone_at, zone.value)}; what came is not kept any more.`;
  if (r.opus_at)
    return `Kept as it came, and as Opus${opusSize(r)} since ${whenOf(r.opus_at, zone.value)}.`;
  if (r.opus_reason) return `Kept as it came. ${r.opus_reason}`;
  return undefined;
}

export function Stored({ call, recording: r }: { call: string; recording: Recording }) {
  if (!r.has_audio) return null;
  const sentence = kept(r);
  return (
    <div class="note stored">
      {sentence && <p>{sentence}</p>}
      {r.original_gone_at && r.sha256 && (
        <p class="hash" title="SHA-256 of the bytes that came">
          SHA-256 of what came: <code>{r.sha256}</code>
        </p>
      )}
      {r.original_kept && !refusalFor('recordings.listen') && (
        <p>
          <a
            href={`${BASE}${fill('/calls/{}/recordings/{}', [call, r.id])}?original=true`}
            download
          >
            Download the original
          </a>
        </p>
      )}
    </div>
  );
}

/** Stands where the player's sound would be, for a recording that no browser plays. */
export function NotPlayable({
  recording: r,
  reload,
}: {
  recording: Recording;
  reload: () => void;
}) {
  usePoll(5_000, reload); // news of it may have come before this page listened
  if (!r.codec)
    return (
      <p class="player-note" role="status">
        The recording is being prepared and can be heard in a moment.
      </p>
    );
  const what = `This recording came as ${codecName(r.codec ?? '')}, which browsers do not play.`;
  return (
    <p class="player-note" role="status">
      {r.opus_reason
        ? `${what} ${r.opus_reason} Download the original to hear it.`
        : `${what} A version for listening is being made.`}
    </p>
  );
}
