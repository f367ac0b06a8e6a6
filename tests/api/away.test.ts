/* PostgreSQL goes away and comes back (P1): refusals with their reason, no crash, and back by itself.
 * The server reaches its database through a relay that the test cuts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { home, isProblem, keyOf, send, sleep, until } from './house.ts';
import { ownServer, ready, Relay, type Own } from './server.ts';

const relay = new Relay();
let own: Own;
before(async () => { own = await ownServer(await relay.start()); });
after(async () => { await own?.remove(); relay.stop(); });

const key = keyOf(home);
const calls = (): ReturnType<typeof send> => send('/api/v1/calls?limit=3', { port: own.port, headers: key.headers });
const hook = (): ReturnType<typeof send> =>
  send(new URL(home.hooks.generic).pathname, { port: own.port, method: 'POST', json: { broken: 'on purpose' } });

for (const round of [1, 2]) {
  test(`the database goes and comes, round ${round}`, async () => {
    assert.equal((await calls()).status, 200);
    relay.cut();
    const began = Date.now();
    await until('/readyz is red', 15_000, async () => (await ready(own.port)) === 503);
    assert.equal((await send('/livez', { port: own.port })).status, 200, 'it lives');
    await sleep(Math.max(0, 1_100 - (Date.now() - began))); // what is remembered of the key is forgotten
    const [list, posted, files] = await Promise.all([calls(), hook(), send('/', { port: own.port })]);
    isProblem(list, 503);
    assert.equal(posted.status, 200, 'hooks are kept on disk: spool.test.ts');
    assert.equal(files.status, 200, 'files need no database');
    const unknown = await send(`/hooks/generic/${'A'.repeat(43)}`, { port: own.port, method: 'POST', json: {} });
    isProblem(unknown, 503); // nobody can say that it does not exist
    const signIn = await send('/api/v1/session', { port: own.port, method: 'POST', json: { email: 'a@b.example', password: 'x' } });
    isProblem(signIn, 503);
    relay.mend();
    await until('/readyz is green again', 15_000, async () => (await ready(own.port)) === 200);
    for (let i = 0; i < 10; i++) assert.equal((await calls()).status, 200);
    assert.equal((await hook()).status, 200);
    assert.equal(own.process.exitCode, null, own.log());
  });
}

test('requests under way when it goes are answered, one way or the other', async () => {
  for (let round = 0; round < 12; round++) {
    const asked = Array.from({ length: 120 }, calls);
    await sleep(5 + round * 8);
    relay.cut();
    await sleep(100);
    relay.mend();
    for (const answer of await Promise.all(asked)) if (answer.status !== 200) isProblem(answer, 503);
    await until('ready again', 2_500, async () => (await ready(own.port)) === 200);
  }
});
