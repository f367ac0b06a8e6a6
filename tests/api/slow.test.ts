/* Clients that send slowly (TRUST.md A21): a head has ten seconds, a body must keep coming, and
 * nobody who keeps to that is cut. All at once, for each takes its time. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { nobody, port, sleep, statusOf } from './house.ts';

const HOST = `Host: 127.0.0.1:${port}\r\n`;

/** Sends the first piece at once and one more every so many ms; tells what came back, and when the end came. */
function trickle(first: string, rest: string[], every: number, giveUp = 40_000): Promise<{ ms: number; text: string }> {
  return new Promise((ok, fail) => {
    const began = Date.now(), socket = connect(port, '127.0.0.1');
    let text = '', ended = false;
    const done = (): void => {
      if (!ended) ok({ ms: Date.now() - began, text });
      ended = true;
      socket.destroy();
    };
    socket.on('data', (part) => { text += part.toString('latin1'); });
    socket.on('end', done);
    socket.on('error', (error: NodeJS.ErrnoException) => (['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? done() : fail(error)));
    socket.setTimeout(giveUp, () => fail(new Error('neither answered nor cut')));
    socket.on('connect', async () => {
      if (first) socket.write(first);
      for (const piece of rest) {
        await sleep(every);
        if (ended) return;
        socket.write(piece);
      }
    });
  });
}

const dribble = (n: number): string[] => Array.from({ length: n }, () => 'X');
const post = (bytes: number): string =>
  `POST /api/v1/session HTTP/1.1\r\n${HOST}Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
const soon = (what: string, ms: number, least: number, most: number): void =>
  assert(ms >= least && ms <= most, `${what}: after ${ms} ms`);

test('slow heads and bodies are cut, slow but steady bodies are not', async () => {
  const [head, silent, second, body, steady, other] = await Promise.all([
    trickle(`GET /livez HTTP/1.1\r\n${HOST}X-Slow: `, dribble(60), 400),
    trickle('', [], 0),
    trickle(`GET /livez HTTP/1.1\r\n${HOST}\r\n`, ['GET /livez HTTP/1.1\r\n', ...dribble(60)], 400),
    trickle(post(5_000), dribble(80), 400),
    trickle(post(60_000), Array.from({ length: 24 }, () => ' '.repeat(2_500)), 900),
    nobody.send('/livez'),
  ]);
  soon('a slow head', head.ms, 9_500, 12_500);
  assert.equal(head.text, '');
  soon('a connection that says nothing', silent.ms, 9_500, 12_500);
  soon('a slow second head', second.ms, 9_900, 13_500);
  assert.equal(statusOf(second.text), 200, 'the request before it was answered');
  soon('a body of 2 bytes a second', body.ms, 19_500, 24_000);
  assert.equal(body.text, '');
  assert.equal(statusOf(steady.text), 400, `a body of 2.7 KB/s over 21 s is read to its end: ${steady.text.slice(0, 200)}`);
  assert.equal(other.status, 200);
});
