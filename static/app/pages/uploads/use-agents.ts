/* All agents of the tenant, page by page: names and extensions in sheets are looked up among them. */
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import type { Agent } from '../../api/types';

const most = 20;

export function useAgents(): Agent[] {
  const [agents, setAgents] = useState<Agent[]>([]);
  useEffect(() => {
    let alive = true;
    void (async () => {
      let cursor: string | undefined;
      const found: Agent[] = [];
      for (let page = 0; page < most; page++) {
        const some = await api('GET /agents', { query: { limit: 100, ...(cursor && { cursor }) } });
        found.push(...some.items);
        if (!alive) return;
        setAgents([...found]);
        if (!some.next) return;
        cursor = some.next;
      }
    })().catch(() => undefined);
    return () => {
      alive = false;
    };
  }, []);
  return agents;
}
