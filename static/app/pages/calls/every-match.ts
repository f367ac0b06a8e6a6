/* What stands behind "all that match": the ids of the list's calls, beyond the page that is shown. */
import { api } from '../../api/client';

/** At most `most` of them, newest first; `asked` is the filter of the list. */
export async function everyMatch(asked: Record<string, string>, most: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: { id: string }[]; next: string | null } = await api('GET /calls', {
      query: { ...asked, limit: 100, cursor },
    });
    ids.push(...page.items.map((c) => c.id));
    cursor = page.next ?? undefined;
  } while (cursor && ids.length < most);
  return ids.slice(0, most);
}
