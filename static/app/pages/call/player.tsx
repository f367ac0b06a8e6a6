/* The player: play, time, speed, skip silence, and the waveform. At the lower edge on a phone. */
import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { BASE, fill } from '../../api/client';
import type { CallFull, Recording, Transcript } from '../../api/types';
import { useApi } from '../../api/use-api';
import { clock } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { useShortcuts } from '../../ui/keys';
import type { Mark } from './evidence';
import { rates, usePlayback } from './playback';
import { isOpened } from './redacted';
import { NotPlayable } from './stored';
import { Waveform } from './waveform';

interface Props {
  call: CallFull;
  recording: Recording;
  transcript: Transcript | undefined;
  share: number | null;
  agent: string;
  marks: Mark[];
  reload: () => void;
}

export function Player({ call, recording, transcript, share, agent, marks, reload }: Props) {
  const playback = usePlayback();
  const peaks = useApi(recording.peaks_ready ? 'GET /calls/{}/recordings/{}/peaks' : null, {
    at: [call.id, recording.id],
  });
  useEffect(() => {
    playback.silences = peaks.data?.silences ?? [];
  }, [peaks.data]);
  useEffect(() => {
    playback.duration.value = (recording.duration_ms ?? 0) / 1000;
  }, [recording.id]);
  usePlayerKeys();
  const place = useComputed(
    () => `${clock(playback.time.value)} / ${clock(playback.duration.value)}`,
  );
  const mixed = recording.channels === 1 || recording.same_channels;

  return (
    <section class="panel player" aria-label="Player">
      {recording.plays && (
        <audio
          key={`${recording.id} ${recording.original_gone_at ?? ''} ${isOpened(call.id) ? 'original' : ''}`}
          preload="metadata"
          ref={playback.attach}
          src={
            BASE +
            fill('/calls/{}/recordings/{}', [call.id, recording.id]) +
            (isOpened(call.id) ? '?unmuted=true' : '')
          }
        />
      )}
      <div class="player-bar">
        <PlayButton />
        <span class="place">{place}</span>
        <span class="grow" />
        {share !== null && (
          <span class="legend">
            <span class="agent-ink">
              <i />
              {agent} {Math.round(share / 100)} %
            </span>
            <span class="customer-ink">
              <i />
              Customer {100 - Math.round(share / 100)} %
            </span>
          </span>
        )}
        {mixed && (
          <span class="note mixed">
            {recording.channels === 1 ? 'One channel' : 'Both channels are the same'}
          </span>
        )}
        <select
          class="chip"
          aria-label="Speed"
          value={String(playback.rate.value)}
          onChange={(event) => playback.setRate(Number(event.currentTarget.value))}
        >
          {rates.map((r) => (
            <option key={r} value={String(r)}>
              {r}×
            </option>
          ))}
        </select>
        <button
          type="button"
          class={`chip ${playback.skip.value ? 'on' : ''}`}
          aria-pressed={playback.skip.value}
          onClick={() => {
            playback.skip.value = !playback.skip.value;
          }}
        >
          Skip silence
        </button>
      </div>
      {!recording.plays && <NotPlayable recording={recording} reload={reload} />}
      {recording.plays && playback.failed.value && (
        <p class="player-note bad-ink" role="alert">
          The audio cannot be played in this browser, or is gone.
        </p>
      )}
      {peaks.data ? (
        <Waveform
          peaks={peaks.data}
          transcript={transcript}
          same={Boolean(recording.same_channels)}
          marks={marks}
        />
      ) : (
        <div class="wave-waiting" />
      )}
    </section>
  );
}

function PlayButton() {
  const playback = usePlayback();
  const on = playback.playing.value;
  return (
    <button
      type="button"
      class="play"
      aria-label={on ? 'Pause' : 'Play'}
      onClick={() => playback.toggle()}
    >
      <Icon name={on ? 'pause' : 'play'} />
    </button>
  );
}

function usePlayerKeys(): void {
  const playback = usePlayback();
  const by = (seconds: number) => () => playback.seek(playback.time.peek() + seconds);
  const faster = (step: number) => () => {
    const at = rates.indexOf(playback.rate.peek());
    playback.setRate(rates[Math.min(rates.length - 1, Math.max(0, at + step))] ?? 1);
  };
  useShortcuts([
    {
      keys: [' '],
      shown: 'Space',
      label: 'Play or pause',
      group: 'Player',
      run: () => playback.toggle(),
    },
    { keys: ['arrowleft'], shown: '←', label: 'Back 5 seconds', group: 'Player', run: by(-5) },
    { keys: ['arrowright'], shown: '→', label: 'On 5 seconds', group: 'Player', run: by(5) },
    { keys: ['>'], label: 'Faster', group: 'Player', run: faster(1) },
    { keys: ['<'], label: 'Slower', group: 'Player', run: faster(-1) },
    {
      keys: ['s'],
      label: 'Skip silence',
      group: 'Player',
      run: () => {
        playback.skip.value = !playback.skip.peek();
      },
    },
  ]);
}
