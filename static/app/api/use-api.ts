/* Reading for pages: data, error and loading of one GET, loaded again when its options change or
 * `reload` is called. With `keep`, the old data stays visible while the next is on its way. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, type Options, type Reply, type Route } from './client';

export interface Loaded<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /** With `keep`: the data still answers the options before. */
  stale: boolean;
  reload: () => void;
}

export type Get = Extract<Route, `GET ${string}`>;

interface State<T> {
  key: string;
  data?: T;
  error?: ApiError;
}

/** `route` null means: not wanted now. */
export function useApi<R extends Get>(
  route: R | null,
  options: Options<R> = {},
  keep = false,
): Loaded<Reply<R>> {
  const key = route ? `${route} ${JSON.stringify([options.at, options.query])}` : '';
  const [state, setState] = useState<State<Reply<R>>>({ key: '' });
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const latest = useRef(options);
  latest.current = options;

  useEffect(() => {
    if (!route) return;
    const stop = new AbortController();
    setBusy(true);
    api(route, { ...latest.current, signal: stop.signal }).then(
      (data) => {
        setState({ key, data });
        setBusy(false);
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError(0, 'broken', String(error));
        setState((old) => ({ key, error: known, data: old.key === key ? old.data : undefined }));
        setBusy(false);
      },
    );
    return () => stop.abort();
  }, [key, turn]);

  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const current = state.key === key;
  return {
    data: current || keep ? state.data : undefined,
    error: current ? state.error : undefined,
    loading: Boolean(route) && (busy || !current),
    stale: !current && keep && state.data !== undefined,
    reload,
  };
}
