/* The audio of one call and what follows it: place, speed, skipped silence, a span that stops at
 * its end. One object per open call, handed down by context; components read its signals. */
import { computed, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Span } from '../../api/types';

export const rates = [0.75, 1, 1.25, 1.5, 2];
/** A pause shorter than this is part of talking and stays. */
const skipFrom = 1.2;
const rateKey = 'ringsight.rate';

export class Playback {
  readonly time = signal(0);
  readonly duration = signal(0);
  readonly playing = signal(false);
  readonly failed = signal(false);
  readonly rate = signal(Number(localStorage.getItem(rateKey)) || 1);
  readonly skip = signal(false);
  /** Key of the verdict whose words are pointed at, wherever on the page. */
  readonly linked = signal<string | null>(null);
  readonly ready = computed(() => this.duration.value > 0 && !this.failed.value);
  silences: number[][] = [];
  private audio: HTMLAudioElement | null = null;
  private stopAt = Infinity;
  private frame = 0;
  private wanted: number | null = null;
  private later: Pick<Span, 'start_ms' | 'end_ms'> | null = null;
  /** Set while another recording than the transcribed one is shown: brings that one back. */
  home: (() => void) | null = null;

  /** For `ref`: one function for good, or each drawing would take the audio away and back. */
  attach = (audio: HTMLAudioElement | null): void => {
    cancelAnimationFrame(this.frame);
    this.audio = audio;
    if (!audio) return;
    this.failed.value = false;
    this.playing.value = !audio.paused;
    this.time.value = audio.currentTime;
    audio.onloadedmetadata = () => {
      if (Number.isFinite(audio.duration)) this.duration.value = audio.duration;
      audio.playbackRate = this.rate.peek();
      if (this.wanted !== null) audio.currentTime = this.wanted;
      this.wanted = null;
      if (this.later) this.playSpan(this.later);
    };
    audio.onplay = () => {
      this.playing.value = true;
      this.tick();
    };
    audio.onpause = () => {
      this.playing.value = false;
    };
    audio.onseeked = () => {
      this.time.value = audio.currentTime;
    };
    audio.onended = () => {
      this.stopAt = Infinity;
    };
    audio.onerror = () => {
      this.failed.value = true;
      this.playing.value = false;
    };
  };

  private tick = (): void => {
    const audio = this.audio;
    if (!audio || audio.paused) return;
    const now = audio.currentTime;
    this.time.value = now;
    if (now >= this.stopAt) {
      audio.pause();
      this.stopAt = Infinity;
    } else if (this.skip.peek()) {
      const gap = this.silences.find(
        ([from = 0, until = 0]) =>
          until - from >= skipFrom * 1000 && now * 1000 >= from + 250 && now * 1000 < until - 300,
      );
      if (gap) audio.currentTime = ((gap[1] ?? 0) - 250) / 1000;
    }
    this.frame = requestAnimationFrame(this.tick);
  };

  toggle(): void {
    if (!this.audio) return;
    if (this.audio.paused) this.play();
    else this.audio.pause();
  }

  play(): void {
    this.stopAt = Infinity;
    this.start();
  }

  private start(): void {
    this.audio?.play().catch(() => {
      /* paused again before it began, or refused: onerror tells */
    });
  }

  seek(seconds: number): void {
    const to = Math.max(0, Math.min(seconds, this.duration.peek() || seconds));
    this.stopAt = Infinity;
    this.time.value = to;
    if (!this.audio) return;
    if (this.audio.readyState === 0) this.wanted = to;
    else this.audio.currentTime = to;
  }

  /** Plays exactly the cited words, with a breath before and after. */
  playSpan(span: Pick<Span, 'start_ms' | 'end_ms'>): void {
    this.later = null;
    if (this.home) {
      this.later = span;
      this.home();
      return;
    }
    this.seek(span.start_ms / 1000 - 0.15);
    this.stopAt = span.end_ms / 1000 + 0.35;
    this.start();
  }

  setRate(rate: number): void {
    this.rate.value = rate;
    localStorage.setItem(rateKey, String(rate));
    if (this.audio) this.audio.playbackRate = rate;
  }
}

export const PlaybackContext = createContext<Playback>(null as unknown as Playback);
export const usePlayback = () => useContext(PlaybackContext);
