/* The two-channel bars with the marks over them, drawn as SVG from the server's own peaks: colours
 * come from the style sheet (so themes need no redraw) and nothing writes styles into markup,
 * which the content security policy forbids. It is a slider to the keyboard. */
import { useComputed } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Peaks, Transcript } from '../../api/types';
import { clock } from '../../ui/format';
import { gravest, type Mark } from './evidence';
import { lanesOf, type Lane, type Voice } from './peaks';
import { usePlayback } from './playback';
import { redactedSpans } from './redacted';

const pitch = 4;
const laneHeight = 44;

/** All bars of one voice as one path: a few hundred rectangles cost nothing that way. */
function pathOf(lane: Lane, middle: number, voice: Voice): string {
  const loudest = Math.max(0.15, ...lane.bars);
  let d = '';
  lane.bars.forEach((bar, n) => {
    if ((lane.voices ? lane.voices[n] : lane.voice) !== voice) return;
    const half = Math.max(0.75, (bar / loudest) * (laneHeight / 2 - 2));
    d += `M${n * pitch + 0.5} ${(middle - half).toFixed(1)}h3v${(half * 2).toFixed(1)}h-3z`;
  });
  return d;
}

export function Waveform({
  peaks,
  transcript,
  same,
  marks,
}: {
  peaks: Peaks;
  transcript: Transcript | undefined;
  same: boolean;
  marks: Mark[];
}) {
  const playback = usePlayback();
  const root = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    if (root.current) watch.observe(root.current);
    return () => watch.disconnect();
  }, []);

  const bars = Math.max(1, Math.floor(width / pitch));
  const lanes = useMemo(
    () => lanesOf(peaks, bars, transcript, same),
    [peaks, bars, transcript, same],
  );
  const total = peaks.duration_ms / 1000;
  const height = lanes.length * (laneHeight + 6);
  const shown = useComputed(() => `${clock(playback.time.value)} of ${clock(total)}`);
  const now = useComputed(() => Math.round(playback.time.value));
  const left = useComputed(() => `left: ${Math.min(100, (playback.time.value / total) * 100)}%`);

  const seekTo = (event: PointerEvent) => {
    const box = root.current?.getBoundingClientRect();
    if (box) playback.seek(((event.clientX - box.left) / box.width) * total);
  };

  return (
    <div class="waveform">
      <Marks marks={marks} total={total} />
      <div
        class="wave"
        ref={root}
        role="slider"
        tabIndex={0}
        aria-label="Place in the recording"
        aria-valuemin={0}
        aria-valuemax={Math.round(total)}
        aria-valuenow={now}
        aria-valuetext={shown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          seekTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) seekTo(event);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowUp') playback.seek(playback.time.peek() + 5);
          else if (event.key === 'ArrowDown') playback.seek(playback.time.peek() - 5);
          else if (event.key === 'Home') playback.seek(0);
          else if (event.key === 'End') playback.seek(total);
          else if (event.key === 'PageUp') playback.seek(playback.time.peek() + 30);
          else if (event.key === 'PageDown') playback.seek(playback.time.peek() - 30);
          else return;
          event.preventDefault();
        }}
      >
        <svg
          width="100%"
          height={height}
          viewBox={`0 0 ${Math.max(1, width)} ${height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {lanes.map((lane, n) =>
            (['agent', 'customer', 'quiet'] as const).map((voice) => (
              <path
                key={voice + n}
                class={`bars ${voice}`}
                d={pathOf(lane, n * (laneHeight + 6) + laneHeight / 2 + 3, voice)}
              />
            )),
          )}
          {redactedSpans(transcript).map((w) => {
            const from = (w.s / peaks.duration_ms) * width;
            const size = Math.max(4, ((w.e - w.s) / peaks.duration_ms) * width);
            return (
              <rect
                key={w.s}
                class="silenced"
                x={from}
                y={1}
                width={size}
                height={height - 2}
                rx={3}
              />
            );
          })}
          {lanes.length === 2 && <path class="divide" d={`M0 ${height / 2}h${width}`} />}
        </svg>
        <div class="playhead" style={left} />
      </div>
    </div>
  );
}

/** Dots for the eye and the pointer; by keyboard the same words are reached in the score panel. */
function Marks({ marks, total }: { marks: Mark[]; total: number }) {
  const playback = usePlayback();
  const linked = playback.linked.value;
  return (
    <div class="wave-marks" aria-hidden="true">
      {marks.map((mark, n) => (
        <span
          key={n}
          class={`dot ${gravest([mark])} ${linked === mark.key ? 'linked' : ''}`}
          title={`${clock(mark.span.start_ms / 1000)} ${mark.label}`}
          data-key={mark.key}
          style={{ left: `${(mark.span.start_ms / 1000 / total) * 100}%` }}
          onClick={() => playback.playSpan(mark.span)}
          onPointerEnter={() => {
            playback.linked.value = mark.key;
          }}
          onPointerLeave={() => {
            playback.linked.value = null;
          }}
        />
      ))}
    </div>
  );
}
