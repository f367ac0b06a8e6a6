/* Samples the ledger of every tenant while something else happens. */
import { demo, sleep } from '../api/house.ts';
import { drift } from './checker.ts';
import { Database } from './database.ts';
import type { World } from './world.ts';

/** Starts sampling; call what it answers to stop and to have the sums. */
export function watchDrift(world: World, everyMs = 1_000): () => Promise<{ n: number; drifted: number }> {
  const db = new Database(demo.owner_database_url);
  const sums = { n: 0, drifted: 0 };
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      await db.rows(`with ${drift} select tenant, difference from drift`).then((rows) => {
        sums.n++;
        if (!rows.length) return;
        sums.drifted++;
        world.history.note('drift', { rows });
      }, () => undefined); // PostgreSQL is away
      await sleep(everyMs);
    }
    db.close();
  })();
  return async () => {
    stopped = true;
    await done;
    return sums;
  };
}
