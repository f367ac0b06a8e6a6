// What holds of the server behind the shipped HAProxy configuration: framing (A19), forwarded headers, plain HTTP (A27,
// ASVS 4.1.2), headers on the proxy's own errors (A11), HTTP/2, slow heads (A21). Tried without
// the `deny` lines of plain HTTP, `timeout http-request` or the lines on X-Forwarded-For, and failed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { ask, signIn } from './ask.mjs';
import { repo } from './installation.mjs';

/** Sends these bytes over TLS; all that came until the end or silence, and when. */
function speak(here, bytes, { silence = 4000, plain = false } = {}) {
  return new Promise((ok) => {
    const began = Date.now();
    let text = '';
    const done = (closed) => { socket.destroy(); ok({ text, closed, ms: Date.now() - began }); };
    const socket = plain ? net.connect(here.plain, '127.0.0.1') : tls.connect({ port: here.https, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on(plain ? 'connect' : 'secureConnect', () => socket.write(bytes, 'latin1'));
    socket.setTimeout(silence, () => done(false));
    socket.on('data', (d) => { text += d.toString('latin1'); });
    socket.on('end', () => done(true)).on('error', () => done(true));
  });
}

/** The faults of tests/api/framing.test.ts, which are refused by the server itself; here they come through the proxy. */
function faults(here) {
  const source = readFileSync(join(repo, 'tests/api/framing.test.ts'), 'utf8');
  const list = source.slice(source.indexOf('const faults'), source.indexOf('\nfor (const [what')).replace(/const faults: [^=]*=/, 'return ');
  const host = `Host: 127.0.0.1:${here.https}\r\n`, chunked = 'Transfer-Encoding: chunked\r\n';
  const get = (l) => `GET /livez HTTP/1.1\r\n${l}\r\n`;
  const post = (l, b) => `POST /api/v1/session HTTP/1.1\r\n${host}Content-Type: application/json\r\n${l}\r\n${b}`;
  return new Function('HOST', 'chunked', 'get', 'post', 'port', list)(host, chunked, get, post, here.https);
}

export function proxyTests(here) {
  test('A19: requests that two parsers could read differently hide no second request, through proxy and server', { timeout: 240_000 }, async () => {
    const list = faults(here);
    assert(list.length >= 40, `${list.length} cases`);
    // The hidden request: were it answered as one of its own, its path would be told in the answer.
    const hidden = `GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1:${here.https}\r\nConnection: close\r\n\r\n`;
    const found = [];
    const one = async ([what, bytes]) => {
      const { text } = await speak(here, bytes + hidden);
      // The proxy may mend a fault (an equal length twice) and pass one clean request on. Then the one behind it is
      // a second request of this client, which it may make; what may not be is more answers than requests.
      const answers = text.match(/HTTP\/1\.[01] \d{3}/g) ?? [];
      if (answers.length > 2) found.push(`${what}: ${answers.join(' ')}`);
      // What the server refuses by itself must not have come through as something it took.
      if (/length|chunk|coding/.test(what) && answers[0]?.includes(' 200')) found.push(`${what}: ${answers[0]}`);
    };
    for (let i = 0; i < list.length; i += 8) await Promise.all(list.slice(i, i + 8).map(one));
    assert.deepEqual(found, []);
    console.log(`# A19 figure: ${list.length} cases through the proxy, 0 desynchronised`);
  });

  test('who asks is said by the proxy alone', async () => {
    const ann = await signIn(here);
    const forged = { 'x-forwarded-for': '203.0.113.66', forwarded: 'for=203.0.113.66', 'x-real-ip': '203.0.113.66', 'x-forwarded-host': 'evil.example' };
    const made = await ann.send('/api/v1/agents', { method: 'POST', body: JSON.stringify({ name: 'Forged', extension: `f${process.pid}` }), headers: { 'content-type': 'application/json', ...forged } });
    assert.equal(made.status, 201, made.text);
    const { json } = await ann.get(`/api/v1/audit?limit=20&act=${encodeURIComponent('POST /agents')}`);
    const entry = json.items.find((e) => e.objects.made === made.json.id);
    assert.equal(entry.address, '127.0.0.1', 'the audit log names who asked, whatever he says of himself');
    assert(!made.text.includes('evil.example'));
  });

  test('A27: over plain HTTP pages are sent on and the API is refused', async () => {
    const plain = (line) => speak(here, `${line} HTTP/1.1\r\nHost: calls.example.com\r\nConnection: close\r\n\r\n`, { plain: true });
    assert.match((await plain('GET /calls')).text, /^HTTP\/1\.1 308[\s\S]*location: https:\/\/calls\.example\.com\/calls/i);
    for (const line of ['GET /api/v1/calls', 'POST /api/v1/session', 'GET /hooks/generic/x', 'POST /hooks/generic/x', 'GET /live', 'POST /'])
      assert.match((await plain(line)).text, /^HTTP\/1\.1 403/, line);
  });

  test('A11: headers stand on what the proxy itself answers', async () => {
    for (const [what, bytes] of [['TRACE', `TRACE / HTTP/1.1\r\nHost: x\r\n\r\n`]]) {
      const { text } = await speak(here, bytes);
      assert.match(text, /^HTTP\/1\.1 40[05]/, what);
      for (const h of [/x-content-type-options: nosniff/i, /cache-control: no-store/i, /content-security-policy: default-src 'none'/i]) assert.match(text, h, what);
      assert.doesNotMatch(text, /haproxy/i);
    }
    const page = await ask(here, '/');
    assert.match(page.headers['strict-transport-security'], /max-age=31536000/);
    assert.equal(page.headers['strict-transport-security'].split(',').length, 1, 'once');
  });

  test('T9, A10: links and cookies come from the public address', async () => {
    const { cookies } = await signIn(here);
    for (const c of cookies) assert.match(c, /^__Host-\w+=.*; (?=.*Secure)(?=.*HttpOnly)(?=.*SameSite=(Lax|Strict))(?!.*Domain=)/i);
  });

  test('HTTP/2 and TLS 1.2 upward are spoken, older TLS is not', () => {
    const curl = (...args) => execFileSync('curl', ['-sk', '-o', '/dev/null', '-w', '%{http_version} %{http_code}', ...args, `https://127.0.0.1:${here.https}/livez`], { encoding: 'utf8' });
    assert.equal(curl('--http2'), '2 200');
    assert.equal(curl('--http1.1'), '1.1 200');
    assert.equal(curl('--tls-max', '1.2'), '2 200');
    assert.throws(() => curl('--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0'));
  });

  test('A21: a head that is not there after ten seconds is refused, others meanwhile are not', { timeout: 60_000 }, async () => {
    const slow = Array.from({ length: 100 }, () => speak(here, 'GET / HTTP/1.1\r\nHost: x\r\nX: ', { silence: 30_000 }));
    const good = await Promise.all(Array.from({ length: 50 }, () => ask(here, '/livez')));
    assert(good.every((a) => a.status === 200));
    for (const { text, closed, ms } of await Promise.all(slow)) {
      assert(closed && ms < 20_000, `${closed} after ${ms} ms`);
      assert.match(text, /^HTTP\/1\.1 408|^$/);
    }
    console.log('# A21 figure: 100 slow heads cut within 20 s, 50 of 50 others answered');
  });
}
