// A simulated Grandstream UCM63xx, as far as a call-intelligence service ever sees one: `POST /api`
// (challenge, MD5 token, cookie in the body, recapi, getRecordInfosByCall, cdrapi) and the "CDR
// Real-Time Output" that posts records to a hook. It is as strict as the device and misbehaves on
// request, through `ucm.fault()` or the control server. Used by the demo (phone-systems.mjs) and by
// tests; knows nothing of Ringsight.
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { readFile } from 'node:fs/promises';
import { CdrOutput } from './cdr-output.mjs';
import { Faults } from './faults.mjs';

export const STATUS = {
  ok: 0, badParams: -1, needsLogin: -5, cookie: -6, system: -9, invalidValue: -15, noItem: -16,
  unsupported: -19, wrongPassword: -37, tooFrequent: -45, loginForbidden: -70, noUser: -71,
};

const RIFF_HEADER_BYTES = 44;
const MAX_BODY = 1 << 20;

export class Ucm {
  // users: {name: password}. Times in milliseconds. `now` can be replaced by tests.
  constructor({ users = { cdrapi: 'cdrapi123' }, rootKey = 'cdr_root', cookieIdleMs = 600_000,
                maxTries = 5, lockMs = 300_000, now = Date.now } = {}) {
    Object.assign(this, { users, rootKey, cookieIdleMs, maxTries, lockMs, now });
    this.records = [];             // items of cdr_root: flat records or groups
    this.recordings = new Map();   // file name -> {folder, month, data | path}
    this.challenges = new Map();   // user -> challenge, used once
    this.cookies = new Map();      // cookie -> {user, seen}
    this.tries = new Map();        // user -> {failed, lockedUntil}
    this.faults = new Faults();
    this.output = new CdrOutput();
    this.seen = { requests: 0, logins: 0, failedLogins: 0, actions: {} };
    this.hanging = new Set();
    this.servers = [];
  }

  // tls: {cert, key, …} as of node:tls; a UCM has a certificate of its own making, and an old one may
  // offer a short Diffie-Hellman group only (dhparam, ciphers).
  async listen(port = 0, host = '127.0.0.1', tls = undefined) {
    const serve = (req, res) => this.#serve(req, res);
    const server = tls ? createSecureServer(tls, serve) : createServer(serve);
    this.servers.push(server);
    await new Promise((ok, fail) => server.once('error', fail).listen(port, host, ok));
    this.port = server.address().port;
    this.url = `http${tls ? 's' : ''}://${host}:${this.port}`;
    return this.url;
  }

  // The control server is for people and tests, on loopback only: see README.md of this folder.
  async listenControl(port = 0) {
    const { control } = await import('./control.mjs');
    const server = createServer(control(this));
    this.servers.push(server);
    await new Promise((ok, fail) => server.once('error', fail).listen(port, '127.0.0.1', ok));
    this.controlUrl = `http://127.0.0.1:${server.address().port}`;
    return this.controlUrl;
  }

  async close() {
    this.output.stop();
    for (const res of this.hanging) res.destroy();
    await Promise.all(this.servers.map(s => new Promise(ok => {
      s.close(ok);
      s.closeAllConnections();
    })));
  }

  // recording: {folder: "monitor"|"queue", month: "2026-11", data: Buffer} or {…, path: "/x.wav"}
  addRecording(name, recording) {
    this.recordings.set(name, { folder: 'monitor', month: '', ...recording });
  }

  // Stores items for cdrapi and, unless told otherwise, pushes them to the hook.
  addRecords(items, { push = true, shape } = {}) {
    this.records.push(...items);
    if (push) this.output.send(items, shape);
  }

  fault(fault) { this.faults.add(fault); }

  async #serve(req, res) {
    this.seen.requests++;
    const chunks = [];
    let size = 0;
    for await (const chunk of req) {
      size += chunk.length;
      if (size > MAX_BODY) return req.destroy();
      chunks.push(chunk);
    }
    try {
      await this.#answer(req, Buffer.concat(chunks), res);
    } catch (error) {
      if (!res.headersSent) sendJson(res, { status: STATUS.system });
      console.error(`ucm: ${error.stack}`);
    }
  }

  async #answer(req, body, res) {
    if (new URL(req.url, 'http://ucm').pathname !== '/api') return plain(res, 404, 'Not Found');
    if (req.method !== 'POST') return plain(res, 405, 'Method Not Allowed');
    if (!/^application\/json\b/i.test(req.headers['content-type'] ?? ''))
      return sendJson(res, { status: STATUS.badParams });
    const request = parse(body)?.request;
    if (typeof request?.action !== 'string') return sendJson(res, { status: STATUS.badParams });
    this.seen.actions[request.action] = (this.seen.actions[request.action] ?? 0) + 1;

    const general = this.faults.take('any', request);
    if (general?.kind === 'http_500') return plain(res, 500, '<html>Internal Server Error</html>');
    if (general?.kind === 'hang') return void this.hanging.add(res);
    if (general?.kind === 'not_json') return plain(res, 200, '<html>Please wait</html>');
    if (general?.kind === 'status') return sendJson(res, { status: general.status });
    if (general?.kind === 'wrong_cookie') this.cookies.delete(request.cookie);

    if (request.action === 'challenge') return sendJson(res, this.#challenge(request));
    if (request.action === 'login') return sendJson(res, this.#login(request));
    const refused = this.#checkCookie(request.cookie);
    if (refused) return sendJson(res, { status: refused });
    switch (request.action) {
      case 'logout':
        this.cookies.delete(request.cookie);
        return sendJson(res, { response: {}, status: STATUS.ok });
      case 'getRecordInfosByCall': return sendJson(res, this.#recordInfos(request));
      case 'recapi': return this.#recapi(request, res);
      case 'cdrapi': return this.#cdrapi(request, res);
      default: return sendJson(res, { status: STATUS.unsupported });
    }
  }

  #challenge({ user, version }) {
    if (typeof user !== 'string' || typeof version !== 'string') return { status: STATUS.badParams };
    if (!(user in this.users)) return { status: STATUS.noUser };
    // Sixteen digits with leading zeros, which belong to the hash.
    const challenge = String(randomInt(1, 2 ** 40)).padStart(16, '0');
    this.challenges.set(user, challenge);
    return { response: { challenge }, status: STATUS.ok };
  }

  #login({ user, token }) {
    if (typeof user !== 'string' || typeof token !== 'string') return { status: STATUS.badParams };
    if (!(user in this.users)) return { status: STATUS.noUser };
    const tries = this.tries.get(user) ?? { failed: 0, lockedUntil: 0 };
    this.tries.set(user, tries);
    const left = tries.lockedUntil - this.now();
    if (left > 0)
      return { response: { remain_num: 0, remain_time: Math.ceil(left / 1000) },
               status: STATUS.loginForbidden };

    const challenge = this.challenges.get(user);
    this.challenges.delete(user);
    const right = challenge !== undefined &&
      same(token, createHash('md5').update(challenge + this.users[user]).digest('hex'));
    if (right) {
      tries.failed = 0;
      this.seen.logins++;
      const cookie = `sid${randomBytes(8).readBigUInt64BE()}-${Math.floor(this.now() / 1000)}`;
      this.cookies.set(cookie, { user, seen: this.now() });
      return { response: { cookie }, status: STATUS.ok };
    }
    this.seen.failedLogins++;
    tries.failed++;
    if (tries.failed >= this.maxTries) {
      tries.failed = 0;
      tries.lockedUntil = this.now() + this.lockMs;
      return { response: { remain_num: 0, remain_time: Math.ceil(this.lockMs / 1000) },
               status: STATUS.loginForbidden };
    }
    return { response: { remain_num: this.maxTries - tries.failed, remain_time: 0 },
             status: STATUS.wrongPassword };
  }

  #checkCookie(cookie) {
    if (typeof cookie !== 'string' || cookie === '') return STATUS.needsLogin;
    const session = this.cookies.get(cookie);
    if (!session) return STATUS.cookie;
    if (this.now() - session.seen > this.cookieIdleMs) {
      this.cookies.delete(cookie);
      return STATUS.cookie;
    }
    session.seen = this.now();
    return 0;
  }

  #recordInfos({ id }) {
    if (typeof id !== 'string' || id === '') return { status: STATUS.badParams };
    const files = this.#flat().filter(r => r.AcctId === id)
      .flatMap(r => (r.recordfiles ?? '').split('@')).filter(Boolean);
    // This action joins by commas what the CDR ends by "@"; without a recording it says -15.
    return files.length
      ? { response: { recordfiles: files.join(',') }, status: STATUS.ok }
      : { status: STATUS.invalidValue };
  }

  async #recapi({ filedir = 'monitor', filename }, res) {
    if (!['monitor', 'queue', 'meetme', 'voicemail/default'].includes(filedir))
      return sendJson(res, { status: STATUS.badParams });
    if (filename === undefined) return this.#listing(filedir, res);
    // A month folder or a trailing "@" is the caller's mistake, and the device finds no such file.
    const recording = this.recordings.get(filename);
    if (!recording || recording.folder !== filedir) return sendJson(res, { status: STATUS.noItem });

    const fault = this.faults.take('recording', { filename });
    if (fault?.kind === 'not_ready') return sendJson(res, { status: STATUS.noItem });
    if (fault?.kind === 'json_error')
      return sendJson(res, { status: fault.status ?? STATUS.invalidValue });
    let wav = recording.data ?? await readFile(recording.path);
    if (fault?.kind === 'header_only') wav = wav.subarray(0, RIFF_HEADER_BYTES);
    if (fault?.kind === 'truncated')
      wav = wav.subarray(0, Math.max(RIFF_HEADER_BYTES + 1, Math.floor(wav.length / 3)));
    res.writeHead(200, { 'Content-Type': 'audio/x-wav', 'Content-Length': wav.length,
                         'Content-Disposition': `attachment; filename="${filename}"` });
    if (fault?.kind === 'cut') {
      res.write(wav.subarray(0, Math.floor(wav.length / 3)), () => res.destroy());
    } else if (fault?.kind === 'slow') {
      await drip(res, wav, fault.ms ?? 5000);
    } else {
      res.end(wav);
    }
  }

  #listing(filedir, res) {
    const names = [...this.recordings].filter(([, r]) => r.folder === filedir).map(([n]) => n);
    res.writeHead(200, { 'Content-Type': 'text/csv' });
    res.end(names.map(n => `${n}\n`).join(''));
  }

  #cdrapi(request, res) {
    const { format = 'csv', numRecords = '1000', offset = '0' } = request;
    const count = wholeNumber(numRecords), skip = wholeNumber(offset);
    if (count === null || count > 1000 || skip === null || !['csv', 'json'].includes(format))
      return sendJson(res, { status: STATUS.badParams });
    const wanted = this.records.filter(item => matches(item, request));
    const again = this.faults.take('page', request)?.kind === 'repeat_page';
    const from = again ? 0 : skip;
    const page = wanted.slice(from, from + count);
    // A success is the bare list: no `response`, no `status`.
    if (format === 'json') return sendJson(res, { [this.rootKey]: page });
    const rows = page.flatMap(flatten);
    const columns = [...new Set(rows.flatMap(r => Object.keys(r)))];
    res.writeHead(200, { 'Content-Type': 'text/csv' });
    res.end([columns, ...rows.map(r => columns.map(c => r[c] ?? ''))]
      .map(cells => cells.map(c => `"${c.replaceAll('"', '""')}"`).join(',') + '\n').join(''));
  }

  #flat() { return this.records.flatMap(flatten); }
}

// The legs of an item: itself, or the sub_cdr_N of a group, each of which may be a list.
export function flatten(item) {
  if (!item.main_cdr) return [item];
  return Object.keys(item).filter(k => k.startsWith('sub_cdr_')).flatMap(k => item[k]);
}

function matches(item, { startTime, endTime, caller, callee, minDur, maxDur }) {
  const head = item.main_cdr ?? item;
  const at = t => t.replace('T', ' ');
  if (startTime && head.start < at(startTime)) return false;
  if (endTime && head.start > at(endTime)) return false;
  if (minDur && Number(head.duration) < Number(minDur)) return false;
  if (maxDur && Number(head.duration) > Number(maxDur)) return false;
  return numberMatches(caller, head.src) && numberMatches(callee, head.dst);
}

// "1000-1010,20__,0@": ranges, one digit, any run.
function numberMatches(list, number = '') {
  if (!list) return true;
  return list.split(',').some(part => {
    const range = /^(\d+)-(\d+)$/.exec(part);
    if (range) return Number(number) >= Number(range[1]) && Number(number) <= Number(range[2]);
    const escaped = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll('@', '.*').replaceAll('_', '\\d')}$`).test(number);
  });
}

function wholeNumber(text) { return /^\d{1,9}$/.test(text) ? Number(text) : null; }

function same(a, b) {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function parse(body) {
  try { return JSON.parse(body.toString('utf8')); } catch { return null; }
}

function sendJson(res, value) {
  const text = JSON.stringify(value);
  res.writeHead(200, { 'Content-Type': 'application/json;charset=UTF-8',
                       'Content-Length': Buffer.byteLength(text) });
  res.end(text);
}

function plain(res, code, text) {
  res.writeHead(code, { 'Content-Type': 'text/html' });
  res.end(text);
}

async function drip(res, bytes, ms) {
  const steps = 20, size = Math.ceil(bytes.length / steps);
  for (let i = 0; i < steps && !res.destroyed; i++) {
    res.write(bytes.subarray(i * size, (i + 1) * size));
    await new Promise(ok => setTimeout(ok, ms / steps));
  }
  res.end();
}
