/* The graceful stop (P2): not one request fails. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import { home, keyOf, send, sleep, until } from './house.ts';
import { ownServer, ready, type Own } from './server.ts';

let own: Own;
before(async () => { own = await ownServer(); });
after(async () => { await own?.remove(); });

const CLIENTS = 200;

test('200 clients on kept connections: asked to stop, the server fails none of their requests', async () => {
  const key = keyOf(home);
  const faults: string[] = [];
  let answered = 0, told = 0, asked = false;
  async function client(n: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const path = n % 3 ? '/api/v1/calls?limit=5' : '/api/v1/agents';
    for (;;) {
      try {
        const answer = await send(path, { port: own.port, agent, headers: { ...key.headers, connection: 'keep-alive' } });
        answered++;
        if (answer.status !== 200) faults.push(`${answer.status} ${answer.text.slice(0, 100)}`);
        if (answer.headers.connection === 'close') { told++; break; } // it says so: one goes elsewhere
      } catch (error) {
        faults.push(`${asked ? 'after' : 'before'} the signal: ${(error as Error).message}`);
        break;
      }
      await sleep(250);
    }
    agent.destroy();
  }
  const clients = Array.from({ length: CLIENTS }, (_, n) => client(n));
  await until('all are at work', 30_000, async () => answered > 2 * CLIENTS);
  asked = true;
  own.process.kill('SIGTERM');
  await until('/readyz is red at once', 2_000, async () => (await ready(own.port)) === 503);
  assert.equal((await send('/livez', { port: own.port })).status, 200, 'it still lives');
  await Promise.all(clients);
  assert.deepEqual(faults, []);
  assert.equal(told, CLIENTS, 'each was told to close on an answer');
  assert.equal(await Promise.race([own.ended, sleep(10_000).then(() => 'still there')]), 0, own.log());
});

test('a second signal cuts', async () => {
  const second = await ownServer();
  try {
    const held = send('/api/v1/session', { port: second.port, method: 'POST', headers: { 'content-length': 1000 } }).catch(() => null); // its body never comes
    await sleep(200);
    second.process.kill('SIGTERM');
    await sleep(300);
    assert.equal(second.process.exitCode, null, 'it waits for the request');
    second.process.kill('SIGTERM');
    const code = await Promise.race([second.ended, sleep(3_000).then(() => 'still there')]);
    assert.equal(code, 0, second.log());
    await held;
  } finally {
    await second.remove();
  }
});
