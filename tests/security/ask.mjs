// Asking an installation of tests/security/installation.mjs: sign in, upload speech, GET, with cookies over TLS through
// the proxy, whose certificate is of its own making.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';

/** One request through HAProxy. */
export function ask(here, path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((ok, fail) => {
    const request = https.request({ host: '127.0.0.1', port: here.https, path, method, rejectUnauthorized: false, agent: false, timeout: 30_000,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) } }, (r) => {
      const parts = [];
      r.on('data', (p) => parts.push(p));
      r.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        let json;
        try { json = JSON.parse(text); } catch { /* no JSON */ }
        ok({ status: r.statusCode, headers: r.headers, text, json });
      });
      r.on('error', fail);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${path}`)));
    request.on('error', fail);
    request.end(body);
  });
}

/** The owner, signed in; `get` and `send` carry cookie and token. */
export async function signIn(here) {
  const answer = await ask(here, '/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(here.owner) });
  if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
  const cookie = answer.headers['set-cookie'].map((c) => c.split(';')[0]).join('; ');
  const headers = { cookie, 'x-csrf-token': answer.json.csrf };
  const send = (path, more = {}) => ask(here, path, { ...more, headers: { ...headers, ...more.headers } });
  return { session: answer.json, headers, cookies: answer.headers['set-cookie'], send, get: (path) => send(path),
    post: (path, json) => send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }) };
}

/** Some seconds of clean speech, as a WAV. */
export function speech(folder) {
  const file = join(folder, 'speech.wav');
  execFileSync('flite', ['-voice', 'slt', '-t', 'Good morning, thank you for calling. How can I help you today? I would like to change my order, please.', '-o', file]);
  return readFileSync(file);
}

/** Uploads a file; the id of its call. */
export async function upload(who, file) {
  const tus = { 'tus-resumable': '1.0.0' };
  const facts = { filename: 'talk.wav', filetype: 'audio/wav' };
  const made = await who.send('/api/v1/uploads', { method: 'POST', headers: { ...tus, 'upload-length': String(file.length), 'upload-metadata': Object.entries(facts).map(([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`).join(',') } });
  if (made.status !== 201) throw new Error(`upload: ${made.status} ${made.text}`);
  const last = await who.send(`/api/v1/uploads/${made.json.id}`, { method: 'PATCH', body: file, headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' } });
  if (last.status !== 204) throw new Error(`upload: ${last.status} ${last.text}`);
  return String(last.headers['ringsight-call']);
}
