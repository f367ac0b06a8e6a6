/* The dashboard's files: what is cached how, the policy of pages, and what is not a file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { base, isProblem, send } from './house.ts';

const index = await send('/');
const asset = index.text.match(/(?:src|href)="(\/assets\/[^"]+\.js)"/)?.[1] ?? '';

test('the page comes with a strict policy and is asked for anew each time', () => {
  assert.equal(index.status, 200);
  assert.match(index.headers['content-type']!, /^text\/html; charset=utf-8$/i);
  assert.equal(index.headers['cache-control'], 'no-cache');
  const policy = index.headers['content-security-policy'] as string;
  assert.match(policy, /script-src 'self';/);
  assert.match(policy, new RegExp(`connect-src 'self' ${base.replace(/^http/, 'ws')}`));
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  assert.doesNotMatch(index.text, /<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|style="/, 'nothing that the policy would refuse');
});

test('built files may be kept for ever', async () => {
  assert(asset, 'the page names its script');
  const answer = await send(asset);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['cache-control']!, /max-age=31536000.*immutable/);
  assert.match(answer.headers['content-type']!, /^text\/javascript/);
});

test('compressed as the browser wants it, each form with a tag of its own', async () => {
  const plain = await send(asset);
  const tags = new Set([plain.headers.etag]);
  assert.equal(plain.headers['content-encoding'], undefined);
  for (const [accept, coding, open] of [['br', 'br', brotliDecompressSync], ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync], ['br;q=0, gzip', 'gzip', gunzipSync]] as const) {
    const answer = await send(asset, { headers: { 'accept-encoding': accept } });
    assert.equal(answer.headers['content-encoding'], coding, accept);
    assert.match(String(answer.headers.vary), /accept-encoding/i);
    assert.deepEqual(open(answer.bytes), plain.bytes);
    tags.add(answer.headers.etag);
  }
  assert.equal(tags.size, 3);
});

test('a file that did not change is not sent again', async () => {
  for (const path of ['/', asset]) {
    const first = await send(path);
    for (const tag of [first.headers.etag!, `W/${first.headers.etag}`, `"x", ${first.headers.etag}`, '*']) {
      const again = await send(path, { headers: { 'if-none-match': tag } });
      assert.equal(again.status, 304, `${path} ${tag}`);
      assert.equal(again.bytes.length, 0);
      assert.equal(again.headers.etag, first.headers.etag);
    }
    assert.equal((await send(path, { headers: { 'if-none-match': '"other"' } })).status, 200);
  }
});

test('HEAD tells the length without the file', async () => {
  const [get, head] = [await send(asset), await send(asset, { method: 'HEAD' })];
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], String(get.bytes.length));
  assert.equal(head.bytes.length, 0);
});

test('addresses of pages answer with the page, those of missing files do not', async () => {
  for (const path of ['/calls', '/calls/01900000-0000-7000-8000-000000000001', '/sign-in?next=%2Fcalls', '/deep/er/still']) {
    const answer = await send(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.text, index.text, path);
  }
  for (const path of ['/none.js', '/assets/none-12345678.js', '/favicon.png.map']) assert.equal((await send(path)).status, 404, path);
});

test('nothing outside the folder is to be had', async () => {
  for (const path of ['/../etc/passwd', '/..%2f..%2fetc%2fpasswd.txt', '/assets/../../server/main.c', '/%2e%2e/%2e%2e/etc/passwd.x', '//etc/passwd.x', '/assets/', '/.made-from', '/index.html%00.js']) {
    const answer = await send(path);
    assert(answer.status === 404 || answer.status === 400 || answer.text === index.text, `${path}: ${answer.status}`);
    assert.doesNotMatch(answer.text, /root:|int main/);
  }
});

test('what belongs to the API is never the page', async () => {
  isProblem(await send('/api/calls'), 404);
  isProblem(await send('/api/v1/calls/x/y'), 404);
  assert.notEqual((await send('/metrics')).status, 200, '/metrics is on a port of its own');
});
