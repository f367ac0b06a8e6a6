// One bucket of an S3-compatible store, held in memory, that is stricter than most: the signature
// (AWS Signature Version 4) is made again from the request as it came, byte for byte, the clock and
// the content's hash are checked, and paths and queries must be encoded as the signature wants them.
// It misbehaves on request: a fault is {kind, times = 1, match?, method?, …}; the first that fits a
// request is used up by it.
//   node tests/providers/sim/s3.mjs --port 9000 --bucket recordings --id ID --secret SECRET --control 9001
// At the control port PUT, GET and DELETE of /<key> do the same unsigned (X-Modified: a time to pretend),
// and POST /fault takes a fault as JSON.
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

export const FAULTS = {
  slow_down: 'answers 503 SlowDown, with Retry-After: `seconds` where given',
  internal: 'answers 500 InternalError',
  cut: 'breaks off after `bytes` (a third) of the content',
  slow: 'takes `ms` (3000) before it answers',
  wrong_etag: 'stores a put but answers with another ETag',
  lose: 'answers a put with 200 and keeps nothing',
  flip: 'gives back the content with one bit changed',
  wrong_signature: 'answers 403 SignatureDoesNotMatch',
  hang_up: 'closes the connection without an answer',
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const strict = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

class Refusal extends Error {
  constructor(status, code, message) { super(message); this.status = status; this.code = code; }
}

export class S3 {
  #server;
  #faults = [];
  objects = new Map(); // key -> {bytes, etag, modified}
  seen = []; // {method, key, query, range, status}
  url = '';
  page = 1000; // entries of a list's page
  now = () => Date.now();

  constructor({ bucket = 'recordings', region = 'eu-test-1', id = 'AKIDEXAMPLE', secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' } = {}) {
    Object.assign(this, { bucket, region, id, secret });
  }

  async listen(port = 0, host = '127.0.0.1') {
    this.#server = createServer((req, res) => this.#take(req, res).catch(() => res.destroy()));
    await new Promise((ok, fail) => this.#server.once('error', fail).listen(port, host, ok));
    this.port = this.#server.address().port;
    this.url = `http://${host}:${this.port}`;
    return this.url;
  }

  async close() {
    if (!this.#server?.listening) return;
    await new Promise((ok) => { this.#server.close(ok); this.#server.closeAllConnections(); });
  }

  put(key, bytes, modified = new Date(this.now())) {
    const content = Buffer.from(bytes);
    this.objects.set(key, { bytes: content, etag: `"${createHash('md5').update(content).digest('hex')}"`, modified });
  }

  fault(fault) {
    if (!(fault.kind in FAULTS)) throw new Error(`no fault is named ${fault.kind}: ${Object.keys(FAULTS).join(', ')}`);
    this.#faults.push({ times: 1, ...fault });
  }

  clear() { this.#faults = []; }

  /** The settings of a server whose recordings lie here; `keys` is the file of keys. */
  settings(keys, store = 's3') {
    return { RINGSIGHT_STORE: store, RINGSIGHT_S3_ENDPOINT: this.url, RINGSIGHT_S3_BUCKET: this.bucket, RINGSIGHT_S3_REGION: this.region,
             RINGSIGHT_S3_PATH_STYLE: 'on', RINGSIGHT_S3_KEYS: keys, RINGSIGHT_EGRESS_ALLOW: `s3=127.0.0.1/32:${this.port}` };
  }

  keys() { return `access_key_id = ${this.id}\nsecret_access_key = ${this.secret}\n`; }

  #fault(method, path) {
    const fault = this.#faults.find((f) => (!f.match || path.includes(f.match)) && (!f.method || f.method === method));
    if (fault && --fault.times <= 0) this.#faults.splice(this.#faults.indexOf(fault), 1);
    return fault;
  }

  async #take(req, res) {
    const parts = [];
    for await (const part of req) parts.push(part);
    const body = Buffer.concat(parts);
    const [path, query = ''] = req.url.split('?');
    const note = { method: req.method, key: '', query, range: req.headers.range ?? '', status: 0 };
    this.seen.push(note);
    const fault = this.#fault(req.method, path);
    if (fault?.kind === 'slow') await sleep(fault.ms ?? 3000);
    if (fault?.kind === 'hang_up') return res.destroy();
    try {
      if (fault?.kind === 'slow_down') throw Object.assign(new Refusal(503, 'SlowDown', 'Please reduce your request rate.'), { after: fault.seconds });
      if (fault?.kind === 'internal') throw new Refusal(500, 'InternalError', 'We encountered an internal error. Please try again.');
      if (fault?.kind === 'wrong_signature') throw new Refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
      this.#verify(req, path, query, body);
      note.key = this.#key(req, path);
      this.#answer(req, res, note, query, body, fault);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const headers = { 'Content-Type': 'application/xml', ...(error.after ? { 'Retry-After': String(error.after) } : {}) };
      res.writeHead(error.status, headers);
      res.end(req.method === 'HEAD' ? undefined
        : `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${escape(error.message)}</Message><RequestId>SIM</RequestId></Error>`);
    } finally {
      note.status = res.statusCode;
    }
  }

  #verify(req, path, query, body) {
    const h = req.headers, refuse = (code, message, status = 403) => { throw new Refusal(status, code, message); };
    const auth = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(h.authorization ?? '');
    if (!auth) refuse('AccessDenied', 'Anonymous or malformed authorization.');
    const [, id, day, region, signed, signature] = auth;
    if (id !== this.id) refuse('InvalidAccessKeyId', 'The access key id you provided does not exist in our records.');
    if (region !== this.region) refuse('AuthorizationHeaderMalformed', `The region '${region}' is wrong; expecting '${this.region}'.`, 400);
    const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(h['x-amz-date'] ?? '');
    if (!at) refuse('AccessDenied', 'x-amz-date is missing.');
    const when = Date.UTC(+at[1], +at[2] - 1, +at[3], +at[4], +at[5], +at[6]);
    if (Math.abs(when - this.now()) > 15 * 60_000) refuse('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
    if (day !== h['x-amz-date'].slice(0, 8)) refuse('SignatureDoesNotMatch', 'The credential is of another day.');
    const names = signed.split(';');
    if (names.join(';') !== [...new Set(names)].sort().join(';')) refuse('SignatureDoesNotMatch', 'SignedHeaders are not sorted.');
    for (const must of ['host', 'x-amz-date', 'x-amz-content-sha256', ...Object.keys(h).filter((n) => n.startsWith('x-amz-'))])
      if (!names.includes(must)) refuse('AccessDenied', `There were headers present in the request which were not signed: ${must}`);
    const hash = h['x-amz-content-sha256'];
    if (!/^[0-9a-f]{64}$/.test(hash)) refuse('InvalidRequest', 'x-amz-content-sha256 must be a hash.', 400);
    if (hash !== sha256(body)) refuse('XAmzContentSHA256Mismatch', 'The provided x-amz-content-sha256 header does not match what was computed.', 400);
    const canonicalPath = path.split('/').map((part) => strict(decodeURIComponent(part))).join('/');
    const pairs = query ? query.split('&').map((p) => p.split('=').map((x) => strict(decodeURIComponent(x)))) : [];
    const canonicalQuery = pairs.map(([k, v = '']) => `${k}=${v}`).sort().join('&');
    const canonical = [req.method, canonicalPath, canonicalQuery,
      ...names.map((n) => `${n}:${String(h[n] ?? '').trim().replace(/ +/g, ' ')}`), '', signed, hash].join('\n');
    const scope = `${day}/${region}/s3/aws4_request`;
    const key = hmac(hmac(hmac(hmac(`AWS4${this.secret}`, day), region), 's3'), 'aws4_request');
    const right = hmac(key, `AWS4-HMAC-SHA256\n${h['x-amz-date']}\n${scope}\n${sha256(canonical)}`).toString('hex');
    if (signature !== right) refuse('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
  }

  #key(req, path) {
    const virtual = (req.headers.host ?? '').startsWith(`${this.bucket}.`);
    const rest = decodeURIComponent(path).slice(1);
    if (virtual) return rest;
    const [bucket, ...key] = rest.split('/');
    if (bucket !== this.bucket) throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    return key.join('/');
  }

  #answer(req, res, note, query, body, fault) {
    const { key } = note;
    if (!key) return this.#list(res, new URLSearchParams(query));
    if (req.method === 'PUT') return this.#store(req, res, key, body, fault);
    if (req.method === 'DELETE') { this.objects.delete(key); return res.writeHead(204).end(); }
    const object = this.objects.get(key);
    if (!object) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
    if (req.headers['if-match'] && req.headers['if-match'] !== object.etag) throw new Refusal(412, 'PreconditionFailed', 'At least one of the preconditions did not hold.');
    const headers = { ETag: object.etag, 'Last-Modified': object.modified.toUTCString(), 'Accept-Ranges': 'bytes', 'Content-Type': 'application/octet-stream' };
    if (req.method === 'HEAD') return res.writeHead(200, { ...headers, 'Content-Length': object.bytes.length }).end();
    let bytes = object.bytes, status = 200;
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '');
    if (range) {
      const first = Number(range[1]), last = Math.min(range[2] ? Number(range[2]) : Infinity, bytes.length - 1);
      if (first > last) throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable');
      headers['Content-Range'] = `bytes ${first}-${last}/${bytes.length}`;
      bytes = bytes.subarray(first, last + 1);
      status = 206;
    }
    if (fault?.kind === 'flip') { bytes = Buffer.from(bytes); bytes[bytes.length >> 1] ^= 1; }
    res.writeHead(status, { ...headers, 'Content-Length': bytes.length });
    if (fault?.kind !== 'cut') return res.end(bytes);
    return res.write(bytes.subarray(0, fault.bytes ?? Math.ceil(bytes.length / 3)), () => res.destroy());
  }

  #store(req, res, key, body, fault) {
    const source = req.headers['x-amz-copy-source'];
    if (fault?.kind === 'lose') return res.writeHead(200, { ETag: '"d41d8cd98f00b204e9800998ecf8427e"' }).end();
    if (source) {
      const from = this.objects.get(decodeURIComponent(source).replace(/^\//, '').split('/').slice(1).join('/'));
      if (!from) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
      this.put(key, from.bytes);
      return res.writeHead(200, { 'Content-Type': 'application/xml' }).end(`<CopyObjectResult><ETag>${escape(from.etag)}</ETag></CopyObjectResult>`);
    }
    this.put(key, body);
    return res.writeHead(200, { ETag: fault?.kind === 'wrong_etag' ? `"${'0'.repeat(32)}"` : this.objects.get(key).etag }).end();
  }

  #list(res, query) {
    if (query.get('list-type') !== '2') throw new Refusal(400, 'InvalidRequest', 'Only ListObjectsV2.');
    const prefix = query.get('prefix') ?? '', delimiter = query.get('delimiter') ?? '', after = query.get('continuation-token') ?? '';
    const entries = new Map();
    for (const key of [...this.objects.keys()].sort()) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      const name = end < 0 ? key : key.slice(0, end + 1);
      if (name > after) entries.set(name, end < 0 ? this.objects.get(key) : null);
    }
    const names = [...entries.keys()], page = names.slice(0, this.page), more = names.length > page.length;
    const contents = page.map((name) => {
      const o = entries.get(name);
      return o ? `<Contents><Key>${escape(name)}</Key><LastModified>${o.modified.toISOString()}</LastModified><ETag>${escape(o.etag)}</ETag><Size>${o.bytes.length}</Size></Contents>`
        : `<CommonPrefixes><Prefix>${escape(name)}</Prefix></CommonPrefixes>`;
    });
    res.writeHead(200, { 'Content-Type': 'application/xml' });
    res.end(`<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${this.bucket}</Name><Prefix>${escape(prefix)}</Prefix>`
      + `<KeyCount>${page.length}</KeyCount><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${escape(page.at(-1))}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const given = Object.fromEntries(process.argv.slice(2).join(' ').split('--').filter(Boolean).map((p) => p.trim().split(/[ =]/, 2)));
  const s3 = new S3(Object.fromEntries(['bucket', 'region', 'id', 'secret'].filter((k) => given[k]).map((k) => [k, given[k]])));
  await s3.listen(Number(given.port ?? 9000), given.host ?? '127.0.0.1');
  if (given.control) createServer(async (req, res) => {
    const parts = [];
    for await (const part of req) parts.push(part);
    const key = decodeURIComponent(req.url.slice(1)), body = Buffer.concat(parts), stored = s3.objects.get(key);
    if (req.method === 'POST') { s3.fault(JSON.parse(body.toString())); return res.writeHead(204).end(); }
    if (req.method === 'PUT') { s3.put(key, body, req.headers['x-modified'] ? new Date(req.headers['x-modified']) : undefined); return res.writeHead(204).end(); }
    if (req.method === 'DELETE') { s3.objects.delete(key); return res.writeHead(204).end(); }
    return stored ? res.writeHead(200).end(stored.bytes) : res.writeHead(404).end();
  }).listen(Number(given.control), '127.0.0.1');
  console.log(`bucket ${s3.bucket}, region ${s3.region}, at ${s3.url} (path style)\n${s3.keys()}`);
}
