/* Notices from the server: which object changed, never what it holds. One socket for the page; it
 * resumes after the last notice it saw, drops what it knows already, and backs off with jitter. */
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api } from './client';
import { session } from './session';

export interface Notice {
  id?: string;
  kind: string;
  object?: string;
}

export const connected = signal(true);

const listeners = new Set<(notice: Notice) => void>();
const known = new Set<string>();
let socket: WebSocket | null = null;
let tenant = '';
let last = '';
let attempt = 0;
let timer = 0;

/** Follows the session: opens when a tenant is chosen, starts afresh when it changes. */
export function startLive(): void {
  effect(() => {
    const next = session.value?.tenant?.id ?? '';
    if (next === tenant) return;
    tenant = next;
    last = '';
    known.clear();
    close();
    if (tenant) void open();
  });
  window.addEventListener('online', () => {
    if (tenant && !socket) {
      attempt = 0;
      void open();
    }
  });
}

function close(): void {
  window.clearTimeout(timer);
  const old = socket;
  socket = null;
  old?.close();
}

async function open(): Promise<void> {
  window.clearTimeout(timer);
  const mine = tenant;
  try {
    const { url, after } = await api('POST /live/ticket');
    if (mine !== tenant || socket) return;
    last ||= after;
    const address = new URL(url, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    address.searchParams.set('after', last);
    listen(new WebSocket(address));
  } catch {
    if (mine === tenant && tenant) again();
  }
}

function listen(next: WebSocket): void {
  socket = next;
  next.onopen = () => {
    attempt = 0;
    connected.value = true;
  };
  next.onmessage = (event) => {
    if (typeof event.data === 'string') receive(event.data);
  };
  next.onclose = () => {
    if (socket !== next) return;
    socket = null;
    again();
  };
}

function again(): void {
  const wait = Math.min(15_000, 400 * 2 ** attempt) * (0.5 + Math.random() / 2);
  attempt += 1;
  if (attempt > 2) connected.value = false;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void open(), wait);
}

function receive(text: string): void {
  const notice = JSON.parse(text) as Notice;
  if (notice.id) {
    if (known.has(notice.id)) return;
    known.add(notice.id);
    last = notice.id;
    if (known.size > 500) for (const id of [...known].slice(0, 250)) known.delete(id);
  }
  for (const tell of listeners) tell(notice);
}

/** Calls `act` when a notice matches ("resync" always does): at once, then at most once per 400 ms,
 * and not before the page is visible again if it is hidden. */
export function useLive(matches: (notice: Notice) => boolean, act: () => void): void {
  const now = useRef({ matches, act });
  now.current = { matches, act };
  useEffect(() => {
    let due = 0;
    let dirty = false;
    const run = () => {
      due = 0;
      if (document.hidden || !dirty) return;
      dirty = false;
      now.current.act();
      due = window.setTimeout(run, 400);
    };
    const hear = (notice: Notice) => {
      if (notice.kind !== 'resync' && !now.current.matches(notice)) return;
      dirty = true;
      if (!due) due = window.setTimeout(run, 30);
    };
    const shown = () => {
      if (!document.hidden && dirty && !due) run();
    };
    listeners.add(hear);
    document.addEventListener('visibilitychange', shown);
    return () => {
      window.clearTimeout(due);
      listeners.delete(hear);
      document.removeEventListener('visibilitychange', shown);
    };
  }, []);
}
