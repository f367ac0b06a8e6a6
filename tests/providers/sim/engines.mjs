// Speech engines as their clients see them: OpenAI's /v1/audio/transcriptions (whisper-1, the gpt-4o
// models, diarize), Deepgram's /v1/listen, AssemblyAI's /v2, Google's /v1/speech:recognize with its
// token endpoint. Each request is checked against the documented form; what does not fit is answered
// with 400 and noted in `complaints`. They hear a word every half second, whatever is said.
//   new Engines().start(), then fault({ kind, match, times }):
//     status (with status, body, headers), slow, cut, html, over (413 for more than `over` bytes)
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { createServer } from 'node:http';

const MODELS = ['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-4o-transcribe-diarize', 'large-v3', 'text-only'];
const json = (value) => Buffer.from(JSON.stringify(value));
const round = (s) => Math.round(s * 1000) / 1000;

/** The parts of a multipart body, read strictly by RFC 7578: exact delimiters, one disposition each. */
export function multipart(type, body) {
  const boundary = /^multipart\/form-data; boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})$/.exec(type ?? '')?.[1];
  if (!boundary) throw new Error(`content type "${type}" names no boundary`);
  const parts = [], open = Buffer.from(`--${boundary}\r\n`), next = Buffer.from(`\r\n--${boundary}`);
  if (!body.subarray(0, open.length).equals(open)) throw new Error('the body does not begin with the boundary');
  let at = open.length;
  for (;;) {
    const end = body.indexOf(next, at);
    if (end < 0) throw new Error('a part does not end');
    const part = body.subarray(at, end), gap = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, gap).toString();
    const m = /^Content-Disposition: form-data; name="([a-z_]+(?:\[\])?)"(?:; filename="([^"]+)"\r\nContent-Type: ([\w/]+))?$/.exec(head);
    if (!m) throw new Error(`a part's head is ${JSON.stringify(head)}`);
    parts.push({ name: m[1], filename: m[2], type: m[3], value: part.subarray(gap + 4) });
    at = end + next.length;
    const tail = body.subarray(at, at + 2).toString();
    if (tail === '--') {
      if (body.length !== at + 4 || body.subarray(at + 2).toString() !== '\r\n') throw new Error('something follows the last boundary');
      return { boundary, parts };
    }
    if (tail !== '\r\n') throw new Error('a boundary is not ended by a line end');
    at += 2;
  }
}

/** Seconds of a WAV file of 16 kHz, one channel, 16 bits, whose sizes are right. */
export function secondsOf(file) {
  const fits = file.length >= 44 && file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 16) === 'WAVEfmt '
    && file.readUInt32LE(4) === file.length - 8 && file.readUInt16LE(20) === 1 && file.readUInt16LE(22) === 1 && file.readUInt32LE(24) === 16_000
    && file.readUInt32LE(28) === 32_000 && file.readUInt16LE(32) === 2 && file.readUInt16LE(34) === 16
    && file.toString('latin1', 36, 40) === 'data' && file.readUInt32LE(40) === file.length - 44;
  if (!fits) throw new Error(`the file is no WAV of 16 kHz: ${file.subarray(0, 44).toString('hex')}`);
  return (file.length - 44) / 32_000;
}

const must = (fits, why) => { if (!fits) throw new Error(why); };

export class Engines {
  constructor() {
    this.key = 'sk-test-0123456789';
    this.pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.words = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel'];
    this.confidence = 0.91;
    this.language = 'english';
    this.reset();
  }

  reset() {
    this.asked = [];
    this.complaints = [];
    this.faults = [];
    this.uploads = new Map();
    this.transcripts = new Map();
    this.tokens = new Set();
  }

  fault(fault) { this.faults.push({ times: 1, ...fault }); }

  async start() {
    this.server = createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => this.answer(request, response, Buffer.concat(parts)));
    });
    await new Promise((ok) => this.server.listen(0, '127.0.0.1', ok));
    this.base = `http://127.0.0.1:${this.server.address().port}`;
    this.account = JSON.stringify({ type: 'service_account', client_email: 'calls@project.iam.example', token_uri: `${this.base}/token`,
      private_key: this.pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) });
    return this;
  }

  stop() {
    this.server.closeAllConnections?.();
    return new Promise((ok) => this.server.close(ok));
  }

  answer(request, response, body) {
    const url = new URL(request.url, this.base);
    const fault = this.faults.find((f) => f.times > 0 && (!f.match || request.url.includes(f.match)) && (f.kind !== 'over' || body.length > f.over));
    const send = (status, value, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': `req_${this.asked.length}`, ...headers });
      response.end(value);
    };
    if (fault) {
      fault.times--;
      if (fault.kind === 'status') return send(fault.status, fault.body ?? '', fault.headers);
      if (fault.kind === 'over') return send(413, '{"error":{"message":"Maximum content size limit exceeded","type":"server_error","param":null,"code":null}}');
      if (fault.kind === 'cut') { response.writeHead(200, { 'content-length': '1000' }); response.write('{"text":'); return response.destroy(); }
      if (fault.kind === 'html') return send(200, '<html>It works!</html>', { 'content-type': 'text/html' });
      if (fault.kind === 'slow') { setTimeout(() => this.serve(request, url, body, send), 1500); return undefined; }
    }
    return this.serve(request, url, body, send);
  }

  serve(request, url, body, send) {
    try {
      const done = this.route(request, url, body);
      send(done.status ?? 200, done.body, done.headers);
    } catch (error) {
      this.complaints.push(`${request.method} ${request.url}: ${error.message}`);
      send(400, json({ error: { message: error.message, type: 'invalid_request_error', param: null, code: null } }));
    }
  }

  route(request, url, body) {
    const path = url.pathname, how = `${request.method} ${path}`;
    if (how === 'POST /v1/audio/transcriptions') return this.openai(request, body);
    if (how === 'POST /v1/listen') return this.deepgram(request, url, body);
    if (how === 'POST /v2/upload') return this.upload(request, body);
    if (how === 'POST /v2/transcript') return this.order(request, body);
    if (request.method === 'GET' && path.startsWith('/v2/transcript/')) return this.poll(request, path.slice('/v2/transcript/'.length), body);
    if (how === 'POST /token') return this.token(request, body);
    if (how === 'POST /v1/speech:recognize') return this.google(request, body);
    throw new Error('there is no such address');
  }

  note(facts) { this.asked.push({ fields: [], query: {}, json: null, seconds: 0, boundary: '', ...facts }); }

  /** Words of that many seconds: one each half second, no two alike (loops would be taken for invented). */
  heard(seconds) {
    const list = [];
    for (let i = 0; i * 0.5 + 0.4 <= seconds; i++) list.push({ word: this.words[i % this.words.length] + (i < this.words.length ? '' : i), start: round(i * 0.5), end: round(i * 0.5 + 0.4) });
    return list;
  }

  refusal(header, wanted) {
    if (header === wanted) return null;
    return { status: 401, body: json({ error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } }) };
  }

  // ---- OpenAI ----

  openai(request, body) {
    const refused = this.refusal(request.headers.authorization, `Bearer ${this.key}`);
    if (refused) return refused;
    must(Number(request.headers['content-length']) === body.length, 'the length is not said');
    must(body.length <= 26_214_400, 'Maximum content size limit exceeded');
    const { boundary, parts } = multipart(request.headers['content-type'], body);
    const fields = parts.filter((p) => !p.filename).map((p) => [p.name, p.value.toString()]);
    const file = parts.filter((p) => p.filename);
    must(file.length === 1 && file[0].name === 'file' && /\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/.test(file[0].filename) && file[0].type === 'audio/wav', 'one file of a known kind is wanted');
    const seconds = secondsOf(file[0].value), one = (name) => fields.filter(([n]) => n === name).map(([, v]) => v);
    this.note({ path: '/v1/audio/transcriptions', fields, seconds, boundary });
    const [model] = one('model');
    must(one('model').length === 1 && MODELS.includes(model), `model ${model}`);
    return { body: json(this.transcript(model, one, fields, seconds)) };
  }

  transcript(model, one, fields, seconds) {
    const [format] = one('response_format'), names = fields.map(([n]) => n), words = this.heard(seconds);
    const may = (...list) => { for (const n of names) must(['model', 'response_format', 'language', ...list].includes(n), `${n} is not taken by ${model}`); };
    const text = words.map((w) => w.word).join(' ');
    if (model === 'gpt-4o-transcribe-diarize') {
      may('chunking_strategy');
      must(format === 'diarized_json', `format ${format}`);
      must(seconds <= 30 || one('chunking_strategy').length === 1, 'chunking_strategy is required over 30 s');
      const half = Math.ceil(words.length / 2), cut = [words.slice(0, half), words.slice(half)].filter((w) => w.length);
      return { task: 'transcribe', duration: seconds, text, usage: { type: 'duration', seconds: Math.ceil(seconds) },
        segments: cut.map((list, i) => ({ type: 'transcript.text.segment', id: `seg_00${i}`, start: list[0].start, end: list.at(-1).end, text: list.map((w) => w.word).join(' '), speaker: 'AB'[i] })) };
    }
    if (model.startsWith('gpt-4o')) {
      may('prompt', 'include[]');
      must(format === 'json', `format ${format}`);
      const logprobs = words.map((w, i) => ({ token: (i ? ' ' : '') + w.word, logprob: Math.log(this.confidence), bytes: [...Buffer.from(w.word)] }));
      return { text, ...(one('include[]').includes('logprobs') ? { logprobs } : {}), usage: { type: 'tokens', input_tokens: 9, input_token_details: { text_tokens: 0, audio_tokens: 9 }, output_tokens: 9, total_tokens: 18 } };
    }
    may('prompt', 'temperature', 'timestamp_granularities[]');
    must(format === 'verbose_json', `format ${format}`);
    if (model === 'text-only') return { text };
    must(one('timestamp_granularities[]').join() === 'word,segment', 'granularities');
    const segment = { id: 0, seek: 0, start: 0, end: round(seconds), text: ` ${text}`, tokens: [50364], temperature: 0, avg_logprob: Math.log(this.confidence), compression_ratio: 1.2, no_speech_prob: 0.01 };
    return { task: 'transcribe', language: this.language, duration: seconds, text, segments: [segment], words, usage: { type: 'duration', seconds: Math.ceil(seconds) } };
  }

  // ---- Deepgram ----

  deepgram(request, url, body) {
    const query = Object.fromEntries(url.searchParams);
    if (request.headers.authorization !== `Token ${this.key}`)
      return { status: 401, body: json({ err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.', request_id: 'dg-401' }) };
    must(request.headers['content-type'] === 'audio/wav', 'content type');
    const seconds = secondsOf(body);
    this.note({ path: '/v1/listen', query: { ...query, keyterm: url.searchParams.getAll('keyterm').join('|') }, seconds });
    must(query.model === 'nova-3' && query.smart_format === 'true' && query.punctuate === 'true', 'query');
    must(Boolean(query.language) !== (query.detect_language === 'true'), 'either a language or detection');
    const list = this.heard(seconds), half = Math.ceil(list.length / 2);
    const words = list.map((w, i) => ({ ...w, confidence: this.confidence, punctuated_word: w.word, ...(query.diarize ? { speaker: i < half ? 0 : 1, speaker_confidence: 0.8 } : {}) }));
    return { body: json({ metadata: { request_id: 'dg-1', sha256: createHash('sha256').update(body).digest('hex'), created: new Date().toISOString(), duration: seconds, channels: 1, models: ['m'] },
      results: { channels: [{ ...(query.detect_language ? { detected_language: 'en', language_confidence: 0.99 } : {}),
        alternatives: [{ transcript: words.map((w) => w.word).join(' '), confidence: this.confidence, words }] }] } }), headers: { 'dg-request-id': 'dg-1' } };
  }

  // ---- AssemblyAI ----

  mine(request) {
    if (request.headers.authorization === this.key) return null;
    return { status: 401, body: json({ error: 'Authentication error, API token missing/invalid' }) };
  }

  upload(request, body) {
    const refused = this.mine(request);
    if (refused) return refused;
    must(request.headers['content-type'] === 'application/octet-stream', 'content type');
    const at = `https://cdn.assemblyai.example/upload/${this.uploads.size + 1}`;
    this.uploads.set(at, secondsOf(body));
    return { body: json({ upload_url: at }) };
  }

  order(request, body) {
    const refused = this.mine(request);
    if (refused) return refused;
    must(request.headers['content-type'] === 'application/json', 'content type');
    const order = JSON.parse(body.toString()), seconds = this.uploads.get(order.audio_url);
    must(seconds !== undefined, 'audio_url is not one of ours');
    must(Array.isArray(order.speech_models) && order.speech_models.length, 'speech_models is required');
    must(Boolean(order.language_code) !== (order.language_detection === true), 'either a language or detection');
    for (const key of Object.keys(order))
      must(['audio_url', 'speech_models', 'speaker_labels', 'speakers_expected', 'language_code', 'language_detection', 'keyterms_prompt'].includes(key), `${key} is not known`);
    const id = `tr-${this.transcripts.size + 1}`;
    this.note({ path: '/v2/transcript', json: order, seconds });
    this.transcripts.set(id, { polls: 0, seconds, labels: order.speaker_labels === true });
    return { body: json({ id, status: 'queued', audio_url: order.audio_url }) };
  }

  poll(request, id, body) {
    const refused = this.mine(request), t = this.transcripts.get(id);
    if (refused) return refused;
    must(!body.length, 'a GET has no body');
    if (!t) return { status: 404, body: json({ error: 'Transcript lookup error, transcript id not found' }) };
    if (++t.polls < 2) return { body: json({ id, status: 'processing' }) };
    const list = this.heard(t.seconds), half = Math.ceil(list.length / 2);
    const words = list.map((w, i) => ({ text: w.word, start: Math.round(w.start * 1000), end: Math.round(w.end * 1000), confidence: this.confidence, speaker: t.labels ? (i < half ? 'A' : 'B') : null }));
    return { body: json({ id, status: 'completed', text: words.map((w) => w.text).join(' '), language_code: 'en_us', audio_duration: Math.ceil(t.seconds), words, utterances: null }) };
  }

  // ---- Google ----

  token(request, body) {
    const form = new URLSearchParams(body.toString()), [head, claim, signature] = (form.get('assertion') ?? '').split('.');
    must(form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' && signature, 'grant');
    const read = (part) => JSON.parse(Buffer.from(part, 'base64url').toString()), said = read(claim), now = Date.now() / 1000;
    must(read(head).alg === 'RS256' && read(head).typ === 'JWT', 'head');
    must(said.iss === 'calls@project.iam.example' && said.scope === 'https://www.googleapis.com/auth/cloud-platform' && said.aud === `${this.base}/token`, 'claim');
    must(Math.abs(said.iat - now) < 60 && said.exp === said.iat + 3600, 'times');
    if (!verify('sha256', Buffer.from(`${head}.${claim}`), this.pair.publicKey, Buffer.from(signature, 'base64url')))
      return { status: 400, body: json({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }) };
    const token = `ya29.${this.tokens.size}`;
    this.tokens.add(token);
    return { body: json({ access_token: token, expires_in: 3599, token_type: 'Bearer' }) };
  }

  google(request, body) {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!this.tokens.has(token)) return { status: 401, body: json({ error: { code: 401, message: 'Request had invalid authentication credentials.', status: 'UNAUTHENTICATED' } }) };
    must(body.length <= 10_485_760, 'inline audio may have 10 MB');
    const { config, audio } = JSON.parse(body.toString()), seconds = secondsOf(Buffer.from(audio.content, 'base64'));
    must(seconds <= 60, 'Sync input too long. For audio longer than 1 min use LongRunningRecognize.');
    must(config.encoding === 'LINEAR16' && config.sampleRateHertz === 16_000 && config.languageCode && config.enableWordTimeOffsets === true, 'config');
    this.note({ path: '/v1/speech:recognize', json: config, seconds });
    const words = this.heard(seconds).map((w) => ({ startTime: `${w.start.toFixed(3)}s`, endTime: `${w.end.toFixed(3)}s`, word: w.word, confidence: this.confidence }));
    return { body: json(words.length ? { results: [{ alternatives: [{ transcript: words.map((w) => w.word).join(' '), confidence: this.confidence, words }], resultEndTime: `${seconds.toFixed(3)}s`, languageCode: 'en-us' }], totalBilledTime: '15s' } : {}) };
  }
}
