/* The one way to the server: a typed fetch over the generated contract. Pages use `useApi` to read
 * and `api` to act; nothing else calls fetch, save uploads (tus) and audio (the browser). */
import type { paths } from './schema';

export const BASE = '/api/v1';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Every operation of the contract, as "GET /calls/{}". */
export type Route = {
  [P in keyof paths & string]: {
    [M in Method]: paths[P] extends Record<M, infer O>
      ? O extends undefined
        ? never
        : `${Uppercase<M>} ${P}`
      : never;
  }[Method];
}[keyof paths & string];

type Operation<R> = R extends `${infer M} ${infer P}`
  ? P extends keyof paths
    ? Lowercase<M> extends keyof paths[P]
      ? paths[P][Lowercase<M>]
      : never
    : never
  : never;
type Json<T> = T extends { content: { 'application/json': infer J } } ? J : never;
type Replies<R> = Operation<R> extends { responses: infer X } ? X : never;

export type Reply<R> =
  Replies<R> extends infer X
    ? { [K in keyof X]: K extends 200 | 201 ? Json<X[K]> : never }[keyof X]
    : never;
export type Query<R> = Operation<R> extends { parameters: { query?: infer Q } } ? Q : never;
export type Body<R> = Operation<R> extends { requestBody: infer B } ? Json<B> : never;
/** One row of a list operation. */
export type Item<R> = Reply<R> extends { items: (infer I)[] } ? I : never;

export interface Options<R> {
  /** Values for the `{}` of the path, in order. */
  at?: (string | number)[];
  query?: Query<R>;
  body?: Body<R>;
  /** Version of the object being changed: sent as If-Match. */
  version?: number;
  signal?: AbortSignal;
}

/** A refusal as problem+json; status 0 when the server could not be reached at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly requestId = '',
  ) {
    super(message);
  }
}

/** How often a page that is told to wait asks again by itself; what it shows stays until then. */
const PATIENCE = 4;

const secondsToWait = (response: Response) =>
  Math.max(1, Number(response.headers.get('Retry-After')) || 1);

function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((go, stop) => {
    const timer = window.setTimeout(go, seconds * 1000);
    signal?.addEventListener('abort', () => {
      window.clearTimeout(timer);
      stop(signal.reason);
    });
  });
}

/** Filled by session.ts and platform.ts: the token of each kind of session, and what to do when
 * the server no longer knows it. */
export const auth = {
  csrf: '',
  platformCsrf: '',
  expired: (_platform: boolean) => {},
  factorWanted: (_platform: boolean) => {},
};

export async function api<R extends Route>(route: R, options: Options<R> = {}): Promise<Reply<R>> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const platform = path.startsWith('/platform');
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRF-Token'] = platform ? auth.platformCsrf : auth.csrf;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;

  const ask = () =>
    fetch(BASE + fill(path, options.at) + search(options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      credentials: 'same-origin',
    });
  let response: Response;
  try {
    response = await ask();
    for (let n = 0; n < PATIENCE && method === 'GET' && response.status === 429; n++) {
      await pause(Math.min(secondsToWait(response), 10), options.signal);
      response = await ask();
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached. Check the connection.');
  }
  if (!response.ok) throw await refusal(response, path);
  if (response.status === 204) return undefined as Reply<R>;
  return (await response.json()) as Reply<R>;
}

/** "/calls/{}/score" and its ids as a path. */
export function fill(path: string, at: (string | number)[] = []): string {
  let n = 0;
  return path.replace(/\{\}/g, () => encodeURIComponent(String(at[n++] ?? '')));
}

function search(query: unknown): string {
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, String(value)]);
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

async function refusal(response: Response, path: string): Promise<ApiError> {
  let problem: Record<string, unknown> = {};
  try {
    problem = (await response.json()) as Record<string, unknown>;
  } catch {
    /* a proxy's own page: the status says enough */
  }
  const text = (name: string) =>
    typeof problem[name] === 'string' ? (problem[name] as string) : '';
  const error = new ApiError(
    response.status,
    text('code'),
    text('detail') || text('title') || `The server answered ${response.status}.`,
    (problem.fields ?? {}) as Record<string, string>,
    text('request_id'),
  );
  if (response.status === 401 && !path.endsWith('/session')) {
    auth.expired(path.startsWith('/platform'));
  }
  if (error.code === 'second_factor_required') auth.factorWanted(path.startsWith('/platform'));
  return error;
}
