/* HTTP/1 taken strictly, over raw sockets: what two parsers could read differently is refused with
 * 400 and a closed connection, and not one byte behind it is looked at. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { port, sleep, speak, statusOf } from './house.ts';

const HOST = `Host: 127.0.0.1:${port}\r\n`;
const SECOND = `GET /livez HTTP/1.1\r\n${HOST}\r\n`;
const get = (lines: string): string => `GET /livez HTTP/1.1\r\n${lines}\r\n`;
const post = (lines: string, body: string): string => `POST /api/v1/session HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${lines}\r\n${body}`;
const chunked = 'Transfer-Encoding: chunked\r\n';

const faults: [string, string][] = [
  ['no Host', get('')],
  ['Host twice', get(`${HOST}${HOST}`)],
  ['two different Hosts', get(`${HOST}Host: evil.example\r\n`)],
  ['Host with a list', get('Host: a.example, b.example\r\n')],
  ['bare line feeds', `GET /livez HTTP/1.1\nHost: 127.0.0.1:${port}\n\n`],
  ['one bare line feed', `GET /livez HTTP/1.1\r\nHost: 127.0.0.1:${port}\nX: y\r\n\r\n`],
  ['a folded header', get(`${HOST}X-Long: a\r\n b\r\n`)],
  ['a header folded by tab', get(`${HOST}X-Long: a\r\n\tb\r\n`)],
  ['a blank before the colon', get(`${HOST}Content-Length : 0\r\n`)],
  ['a blank before the name', get(`${HOST} X: y\r\n`)],
  ['a header without colon', get(`${HOST}nonsense\r\n`)],
  ['a header without name', get(`${HOST}: x\r\n`)],
  ['NUL in a value', get(`${HOST}X: a\0b\r\n`)],
  ['a carriage return in a value', get(`${HOST}X: a\rb\r\n`)],
  ['both lengths', post(`Content-Length: 4\r\n${chunked}`, '0\r\n\r\n')],
  ['both lengths, the other way round', post(`${chunked}Content-Length: 4\r\n`, '0\r\n\r\n')],
  ['two lengths', post('Content-Length: 2\r\nContent-Length: 3\r\n', '{} ')],
  ['two equal lengths', post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}')],
  ['a list of lengths', post('Content-Length: 2, 2\r\n', '{}')],
  ['a length with a sign', post('Content-Length: +2\r\n', '{}')],
  ['a negative length', post('Content-Length: -2\r\n', '{}')],
  ['a length in hex', post('Content-Length: 0x2\r\n', '{}')],
  ['a length beyond all numbers', post('Content-Length: 99999999999999999999\r\n', '{}')],
  ['chunked twice', post(`${chunked}${chunked}`, '0\r\n\r\n')],
  ['another transfer coding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
  ['chunked not last', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n')],
  ['chunked under HTTP/1.0', `POST /api/v1/session HTTP/1.0\r\n${HOST}${chunked}\r\n0\r\n\r\n`],
  ['a chunk size in 0x', post(chunked, '0x5\r\nhello\r\n0\r\n\r\n')],
  ['a chunk size with a sign', post(chunked, '+2\r\n{}\r\n0\r\n\r\n')],
  ['a chunk size that is none', post(chunked, 'zz\r\n{}\r\n0\r\n\r\n')],
  ['a chunk size that overflows', post(chunked, 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n')],
  ['a chunk extension', post(chunked, '2;a=b\r\n{}\r\n0\r\n\r\n')],
  ['a chunk ended by bare line feeds', post(chunked, '2\n{}\n0\n\n')],
  ['a chunk longer than it says', post(chunked, '2\r\n{} \r\n0\r\n\r\n')],
  ['a trailer', post(chunked, '2\r\n{}\r\n0\r\nX: y\r\n\r\n')],
  ['two blanks in the request line', `GET  /livez HTTP/1.1\r\n${HOST}\r\n`],
  ['a tab in the request line', `GET\t/livez HTTP/1.1\r\n${HOST}\r\n`],
  ['another version', `GET /livez HTTP/1.2\r\n${HOST}\r\n`],
  ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no version', '\r\nGET /livez\r\n\r\n'],
  ['a method that is no token', `GE(T /livez HTTP/1.1\r\n${HOST}\r\n`],
  ['a TLS greeting', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n'],
  ['eighty-one headers', get(HOST + Array.from({ length: 80 }, (_, i) => `X-${i}: y\r\n`).join(''))],
  ['a head of forty thousand bytes', get(`${HOST}X: ${'y'.repeat(40_000)}\r\n`)],
  ['a target of nine thousand bytes', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\n${HOST}\r\n`],
];

for (const [what, bytes] of faults) {
  test(`refused: ${what}`, async () => {
    const { text, closed } = await speak(Buffer.from(bytes + SECOND, 'latin1'), { silence: 4_000 });
    assert(closed, `the connection is closed; got ${text.slice(0, 200)}`);
    assert(text === '' || statusOf(text) === 400 || statusOf(text) === 413 || statusOf(text) === 414 || statusOf(text) === 431, text.slice(0, 200));
    if (!/TLS|prior/.test(what)) assert.equal(statusOf(text), 400, text.slice(0, 200));
    assert.equal(text.match(/HTTP\/1\.1 \d/g)?.length ?? 0, text ? 1 : 0, 'nothing behind the fault is answered');
    assert.doesNotMatch(text, /\bok\n/);
  });
}

test('what is well-formed is taken, odd as it may look', async () => {
  const fine: [string, string, number][] = [
    ['plain', get(HOST), 200],
    ['Host in other letters', get(`hOsT: 127.0.0.1:${port}\r\n`), 200],
    ['an empty line first', `\r\n${get(HOST)}`, 200],
    ['HTTP/1.0 with Host', `GET /livez HTTP/1.0\r\n${HOST}\r\n`, 200],
    ['a value with blanks around', get(`${HOST}X:   y  \r\n`), 200],
    ['an empty value', get(`${HOST}X:\r\n`), 200],
    ['a chunked body', post(chunked, '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n'), 422],
    ['a chunk size in capitals', post(chunked, `A\r\n{"a":1234}\r\n0\r\n\r\n`), 422],
    ['fifty headers', get(HOST + Array.from({ length: 50 }, (_, i) => `X-${i}: y\r\n`).join('')), 200],
  ];
  for (const [what, bytes, status] of fine) {
    const { text } = await speak(bytes.replace(/\r\n\r\n/, '\r\nConnection: close\r\n\r\n'));
    assert.equal(statusOf(text), status, `${what}: ${text.slice(0, 200)}`);
  }
});

test('requests in a row are answered in their order', async () => {
  const paths = Array.from({ length: 40 }, (_, i) => (i % 3 ? '/livez' : `/api/v1/none-${i}`));
  const bytes = paths.map((p, i) => `GET ${p} HTTP/1.1\r\n${HOST}${i === paths.length - 1 ? 'Connection: close\r\n' : ''}\r\n`).join('');
  const { text } = await speak(bytes, { silence: 5_000 });
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((m) => Number(m[1]));
  assert.deepEqual(statuses, paths.map((p) => (p === '/livez' ? 200 : 404)));
});

test('a request cut into single bytes is one request', async () => {
  const bytes = `GET /livez HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
  const text = await new Promise<string>((ok, fail) => {
    let got = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      void (async () => {
        for (const byte of bytes) { socket.write(byte); await sleep(1); }
      })();
    });
    socket.on('data', (part) => { got += part.toString(); });
    socket.on('end', () => ok(got));
    socket.on('error', fail);
  });
  assert.equal(statusOf(text), 200);
});

test('asked to wait before a body, the client is told to go on', async () => {
  const body = '{"email":"x","password":"y"}';
  const { text } = await speak(post(`Content-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n`, body), { silence: 5_000 });
  assert.match(text, /^HTTP\/1\.1 100 [^\r]*\r\n\r\nHTTP\/1\.1 401|^HTTP\/1\.1 401/);
});

test('clients that leave in the middle do no harm', async () => {
  const half = [get(HOST).slice(0, 20), post('Content-Length: 1000\r\n', '{"email":'), post(chunked, 'ff\r\n{"e'), `GET /api/v1/openapi.json HTTP/1.1\r\n${HOST}\r\n`];
  await Promise.all(Array.from({ length: 60 }, (_, i) => new Promise<void>((ok) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(half[i % half.length]!);
      setTimeout(() => { socket.resetAndDestroy(); ok(); }, i % 7);
    });
    socket.on('error', () => ok());
  })));
  assert.equal(statusOf((await speak(`GET /readyz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`)).text), 200);
});
