/* What can be done with a transcript: files of it, exchanging the speakers, its versions. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { refusalFor, zone } from '../../api/session';
import type { Transcript, TranscriptVersion } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { plural, whenOf } from '../../ui/format';
import { Popover } from '../../ui/popover';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';

const files = [
  ['vtt', 'Subtitles (WebVTT)'],
  ['srt', 'Subtitles (SRT)'],
  ['txt', 'Text'],
  ['json', 'JSON'],
] as const;

export function TranscriptTools({ call, transcript }: { call: string; transcript: Transcript }) {
  const [versions, show] = useState(false);
  const [busy, setBusy] = useState(false);
  const why = refusalFor('calls.write');
  const swap = async (close: () => void) => {
    setBusy(true);
    try {
      await api('POST /calls/{}/transcript/swap', {
        at: [call],
        body: { transcript: transcript.id },
      });
      toast('The speakers are exchanged. The call is analysed and scored anew.');
      close();
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };
  return (
    <>
      <Popover label="More" class="chip" name="More of the transcript" align="end">
        {(close) => (
          <div class="tools">
            {files.map(([format, label]) => (
              <a
                key={format}
                href={`/api/v1/calls/${call}/transcript/file?format=${format}`}
                download
                onClick={close}
              >
                {label}
              </a>
            ))}
            <Button kind="quiet" why={why} busy={busy} onClick={() => void swap(close)}>
              Swap the speakers
            </Button>
            <Button
              kind="quiet"
              onClick={() => {
                close();
                show(true);
              }}
            >
              Versions
            </Button>
          </div>
        )}
      </Popover>
      {versions && <Versions call={call} onClose={() => show(false)} />}
    </>
  );
}

function what(v: TranscriptVersion): string {
  const by = v.changed_by ?? 'Somebody';
  if (v.turn !== null) return `${by} corrected a turn`;
  if (v.based_on) return `${by} exchanged the speakers`;
  return `${v.engine} heard ${plural(v.words, 'word')}`;
}

function Versions({ call, onClose }: { call: string; onClose: () => void }) {
  const list = useApi('GET /calls/{}/transcript/versions', { at: [call] });
  return (
    <Dialog title="Versions of the transcript" onClose={onClose}>
      {list.error ? (
        <Failed error={list.error} retry={list.reload} />
      ) : !list.data ? (
        <Loading rows={2} label="Loading versions" />
      ) : (
        <ol class="versions">
          {list.data.items.map((v) => (
            <li key={v.id}>
              <b>{what(v)}</b> <span class="note">{whenOf(v.created_at, zone.value)}</span>
              {v.current && <span class="note"> · shown now</span>}
              {v.cost_micro !== null && (
                <span class="note">
                  {' '}
                  · {(v.cost_micro / 1_000_000).toFixed(4)} {v.cost_currency}
                </span>
              )}
              {v.words_before !== null && (
                <p>
                  <del>{v.words_before}</del> <ins>{v.words_after || 'nothing'}</ins>
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
