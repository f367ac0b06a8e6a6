// A host of recordings on loopback, as far as a fetching service sees one: files by path, a login
// where asked for, and faults on request. Used by the simulated senders of this folder; knows no
// provider. A fault is {kind, times = 1, match?, …}: the first that fits a request is used up by it;
// `match` is a part of the path.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export const FAULTS = {
  bad_request: 'answers 400',
  not_found: 'answers 404',
  forbidden: 'answers 403, as a store does for what is not there yet',
  unauthorized: 'answers 401',
  busy: 'answers 429 with Retry-After: `seconds` (1)',
  wrong_body: 'answers 200 with a web page',
  empty: 'answers 200 with nothing',
  cut: 'breaks off after a third',
  slow: 'takes `ms` (3000) for the body',
  redirect: 'answers 302 to `to`',
};

export class Media {
  #files = new Map();
  #faults = [];
  #server;
  url = '';
  /** What was asked for: {path, query, authorization}. */
  seen = [];
  /** Path -> (query) => answer, for what is no file: lists of calls. The answer goes out as JSON. */
  answers = new Map();
  /** "user:password" that every request must bear; blank: none. */
  login = '';

  async listen(port = 0, host = '127.0.0.1') {
    this.#server = createServer((req, res) => this.#serve(req, res).catch(() => res.destroy()));
    await new Promise((ok, fail) => this.#server.once('error', fail).listen(port, host, ok));
    this.url = `http://${host}:${this.#server.address().port}`;
    return this.url;
  }

  async close() {
    if (!this.#server?.listening) return;
    await new Promise((ok) => { this.#server.close(ok); this.#server.closeAllConnections(); });
  }

  put(path, bytes, type = 'audio/x-wav') { this.#files.set(path, { bytes, type }); }

  fault(fault) {
    if (!(fault.kind in FAULTS)) throw new Error(`no fault is named ${fault.kind}: ${Object.keys(FAULTS).join(', ')}`);
    this.#faults.push({ times: 1, ...fault });
  }

  askedFor(path) { return this.seen.filter((s) => s.path === path); }

  #take(path) {
    const fault = this.#faults.find((f) => !f.match || path.includes(f.match));
    if (fault && --fault.times <= 0) this.#faults.splice(this.#faults.indexOf(fault), 1);
    return fault;
  }

  async #serve(req, res) {
    const url = new URL(req.url, this.url);
    const path = url.pathname;
    this.seen.push({ path, query: url.search, authorization: req.headers.authorization ?? '' });
    const answer = this.answers.get(path);
    const file = answer ? { bytes: Buffer.from(JSON.stringify(answer(url.searchParams))), type: 'application/json' } : this.#files.get(path);
    const fault = this.#take(path);
    const say = (status, text, headers = {}) => res.writeHead(status, { 'Content-Type': 'text/html', ...headers }).end(text);
    if (fault?.kind === 'not_found' || (!file && !fault)) return say(404, 'Not found');
    if (fault?.kind === 'bad_request') return say(400, 'Bad request');
    if (fault?.kind === 'forbidden') return say(403, 'AccessDenied');
    if (fault?.kind === 'redirect') return say(302, 'moved', { Location: fault.to });
    if (fault?.kind === 'busy') return say(429, 'slow down', { 'Retry-After': String(fault.seconds ?? 1) });
    const wanted = `Basic ${Buffer.from(this.login).toString('base64')}`;
    if (fault?.kind === 'unauthorized' || (this.login && req.headers.authorization !== wanted))
      return say(401, 'Authenticate', { 'WWW-Authenticate': 'Basic realm="recordings"' });
    if (fault?.kind === 'wrong_body') return say(200, '<html>Please sign in</html>');
    return this.#send(res, fault?.kind === 'empty' ? Buffer.alloc(0) : file.bytes, file.type, fault);
  }

  async #send(res, bytes, type, fault) {
    res.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes.length });
    const third = bytes.subarray(0, Math.ceil(bytes.length / 3));
    if (fault?.kind === 'cut') return res.write(third, () => res.destroy());
    if (fault?.kind === 'slow') {
      res.write(third);
      await sleep(fault.ms ?? 3000);
      return res.end(bytes.subarray(third.length));
    }
    return res.end(bytes);
  }
}

/** A WAV file of `seconds` of a tone, 8 kHz, 16 bits: what can be fetched where no other is at hand. */
export function tone(seconds, channels = 1, rate = 8000) {
  const n = seconds * rate * channels;
  const wav = Buffer.alloc(44 + 2 * n);
  wav.write('RIFF', 0); wav.writeUInt32LE(36 + 2 * n, 4); wav.write('WAVEfmt ', 8); wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); wav.writeUInt16LE(channels, 22); wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate * channels, 28); wav.writeUInt16LE(2 * channels, 32); wav.writeUInt16LE(16, 34);
  wav.write('data', 36); wav.writeUInt32LE(2 * n, 40);
  for (let i = 0; i < n; i++) wav.writeInt16LE(Math.round(3000 * Math.sin((2 * Math.PI * 440 * Math.floor(i / channels)) / rate)), 44 + 2 * i);
  return wav;
}
