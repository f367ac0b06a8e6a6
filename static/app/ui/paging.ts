/* Keyset pages both ways over a list that only knows its next cursor: the cursor of this page is
 * in the address, and the way here is remembered for the tab, so "Newer" leads back along it (to
 * the newest page when the address was opened fresh). */
import { useLocation } from 'preact-iso';

export interface Paging {
  cursor: string | undefined;
  newer: (() => void) | undefined;
  older: (() => void) | undefined;
}

export function usePaging(next: string | null | undefined): Paging {
  const { path, query, route } = useLocation();
  const cursor = query.cursor || undefined;
  const bare = new URLSearchParams(query);
  bare.delete('cursor');
  const key = `ringsight.trail ${path}?${bare}`;

  const go = (to: string) => {
    const params = new URLSearchParams(bare);
    if (to) params.set('cursor', to);
    route(params.size ? `${path}?${params}` : path);
  };
  const trail = () => JSON.parse(sessionStorage.getItem(key) ?? '[]') as string[];

  return {
    cursor,
    newer:
      cursor === undefined
        ? undefined
        : () => {
            const way = trail();
            const at = way.indexOf(cursor);
            go(at > 0 ? (way[at - 1] ?? '') : '');
          },
    older: !next
      ? undefined
      : () => {
          const way = cursor === undefined ? [] : trail();
          const at = cursor === undefined ? -1 : way.indexOf(cursor);
          sessionStorage.setItem(key, JSON.stringify([...way.slice(0, at + 1), next]));
          go(next);
        },
  };
}
