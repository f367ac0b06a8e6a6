// A simulated Twilio account: signs and sends voice, status and recording callbacks to a hook, and
// serves the recordings they name. Used by tests/api; by hand:
//   node tests/providers/sim/twilio.mjs HOOK_ADDRESS --token AUTH_TOKEN [--account AC…] [--from +44…]
//     [--to +44…] [--agent client:anna] [--seconds 20] [--wav FILE] [--port 9100] [--shuffle]
//     [--fault not_found:3] …            (faults: media.mjs)
// The integration's "Address of the API" must be http://127.0.0.1:PORT, and the server be started with
// RINGSIGHT_EGRESS_ALLOW='twilio=127.0.0.1/32'.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Media, tone } from './media.mjs';

export const sid = (kind) => kind + randomBytes(16).toString('hex');
const stamp = (ms) => new Date(ms).toUTCString().replace('GMT', '+0000');

export class Twilio {
  constructor({ account = sid('AC'), token = randomBytes(16).toString('hex') } = {}) {
    this.account = account;
    this.token = token;
    this.media = new Media();
    this.media.login = `${account}:${token}`;
  }

  /** What the account's list of calls and of recordings has: rows of Calls.json and Recordings.json. */
  calls = [];
  recordings = [];
  pageSize = 50;
  /** How many next pages are to lead back to the same page. */
  repeat = 0;

  get url() { return this.media.url; }
  listen(port = 0) {
    for (const [name, when] of [['Calls', 'StartTime'], ['Recordings', 'DateCreated']])
      this.media.answers.set(`/2010-04-01/Accounts/${this.account}/${name}.json`, (query) => this.#list(name, when, query));
    return this.media.listen(port);
  }

  #list(name, when, query) {
    const path = `/2010-04-01/Accounts/${this.account}/${name}.json`;
    const [from, to] = [Date.parse(query.get(`${when}>`)), Date.parse(query.get(`${when}<`))];
    const rows = this[name.toLowerCase()].filter((r) => { const at = Date.parse(r.start_time); return at >= from && at <= to; });
    const page = Number(query.get('Page') ?? 0), next = (page + 1) * this.pageSize < rows.length;
    const at = this.repeat > 0 && next ? (this.repeat--, page) : page + 1;
    return { [name.toLowerCase()]: rows.slice(page * this.pageSize, (page + 1) * this.pageSize), page, page_size: this.pageSize,
      next_page_uri: next ? `${path}?PageSize=${this.pageSize}&Page=${at}&${when}%3E=${query.get(`${when}>`)}&${when}%3C=${query.get(`${when}<`)}` : null };
  }

  /** The rows of an inbound call that an agent took, as the lists have them.
   * @param {{from: string, to?: string, agent?: string, seconds?: number, end?: number, recording?: {sid: string}}} call */
  listed({ from, to = '+442079460100', agent = 'client:anna', seconds = 20, end = Date.now(), recording }) {
    const [first, second] = [sid('CA'), sid('CA')], began = end - 1000 * (seconds + 7);
    const row = (more) => ({ sid: first, parent_call_sid: null, account_sid: this.account, from, to, status: 'completed', direction: 'inbound',
      start_time: stamp(began), end_time: stamp(end), duration: String(seconds + 7), caller_name: null, ...more });
    this.calls.push(row({}), row({ sid: second, parent_call_sid: first, direction: 'outbound-dial', to: agent, duration: String(seconds), start_time: stamp(began + 1000), end_time: stamp(end - 1000) }));
    if (recording) this.recordings.push({ sid: recording.sid, call_sid: first, status: 'completed', source: 'DialVerb', channels: 1, duration: String(seconds),
      start_time: stamp(began + 6000), uri: `/2010-04-01/Accounts/${this.account}/Recordings/${recording.sid}.json` });
    return first;
  }
  close() { return this.media.close(); }

  /** Webhooks security: HMAC-SHA1 over the URL and the sorted parameters, in base64. */
  sign(url, params = {}, token = this.token) {
    const text = Object.keys(params).sort().reduce((all, name) => all + name + params[name], url);
    return createHmac('sha1', token).update(text).digest('base64');
  }

  /** Sends one callback as form, get or json; `change` may spoil {url, headers, body}. */
  async send(hook, params, { as = 'form', change = (request) => request } = {}) {
    const all = { AccountSid: this.account, ApiVersion: '2010-04-01', ...params };
    const form = new URLSearchParams(all).toString();
    const json = JSON.stringify(all);
    const hash = createHash('sha256').update(json).digest('hex');
    const url = { form: hook, get: `${hook}?${form}`, json: `${hook}?bodySHA256=${hash}` }[as];
    const headers = { 'X-Twilio-Signature': this.sign(url, as === 'form' ? all : {}), 'User-Agent': 'TwilioProxy/1.1' };
    if (as !== 'get') headers['Content-Type'] = as === 'json' ? 'application/json' : 'application/x-www-form-urlencoded; charset=UTF-8';
    const request = change({ url, headers, method: as === 'get' ? 'GET' : 'POST', body: { form, json }[as] });
    const answer = await fetch(request.url, { ...request, redirect: 'manual' });
    return { status: answer.status, text: await answer.text() };
  }

  /** The path of a recording in the API; a file of that name is served. */
  recording(bytes, name = sid('RE')) {
    const path = `/2010-04-01/Accounts/${this.account}/Recordings/${name}`;
    if (bytes) this.media.put(`${path}.wav`, bytes);
    return { sid: name, path: `${path}.wav`, url: this.url + path };
  }

  /** The callbacks of an inbound call that an agent took, in the order in which Twilio sends them.
   * @param {{from: string, to?: string, agent?: string, seconds?: number, channels?: number, end?: number,
   *   recording?: {sid: string, url: string}}} call */
  inbound({ from, to = '+442079460100', agent = 'client:anna', seconds = 20, recording, channels = 1, end = Date.now() }) {
    const first = sid('CA'), second = sid('CA');
    const answered = end - 1000 * (seconds + 1), began = answered - 6000;
    const parent = { CallSid: first, Direction: 'inbound', From: from, To: to, Caller: from, Called: to };
    const child = { CallSid: second, ParentCallSid: first, Direction: 'outbound-dial', From: from, To: agent, Caller: from, Called: agent };
    const step = (n, CallStatus, at, more = {}) =>
      ({ ...child, CallStatus, SequenceNumber: String(n), Timestamp: stamp(at), CallbackSource: 'call-progress-events', ...more });
    return [
      { ...parent, CallStatus: 'ringing' },
      step(0, 'initiated', began),
      step(1, 'ringing', began + 1000),
      step(2, 'in-progress', answered),
      step(3, 'completed', end - 1000, { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) }),
      { ...parent, CallStatus: 'completed', SequenceNumber: '0', Timestamp: stamp(end), CallDuration: String(seconds + 7), Duration: '1',
        CallbackSource: 'call-progress-events' },
      ...(recording ? [{ CallSid: first, RecordingSid: recording.sid, RecordingUrl: recording.url, RecordingStatus: 'completed',
        RecordingDuration: String(seconds), RecordingChannels: String(channels), RecordingSource: 'DialVerb', RecordingTrack: 'both',
        RecordingStartTime: stamp(answered) }] : []),
    ];
  }
}

async function byHand() {
  const { values: v, positionals: [hook] } = parseArgs({ allowPositionals: true, options: {
    token: { type: 'string' }, account: { type: 'string' }, from: { type: 'string', default: '+442079460101' },
    to: { type: 'string' }, agent: { type: 'string' }, seconds: { type: 'string', default: '20' }, wav: { type: 'string' },
    port: { type: 'string', default: '9100' }, shuffle: { type: 'boolean' }, fault: { type: 'string', multiple: true, default: [] } } });
  if (!hook || !v.token) throw new Error('give the hook address and --token');
  const twilio = new Twilio({ account: v.account, token: v.token });
  console.log(`recordings are at ${await twilio.listen(Number(v.port))}; end with Ctrl-C`);
  for (const [kind, times = '1'] of v.fault.map((f) => f.split(':'))) twilio.media.fault({ kind, times: Number(times) });
  const seconds = Number(v.seconds);
  const recording = twilio.recording(v.wav ? await readFile(v.wav) : tone(seconds, 2));
  const callbacks = twilio.inbound({ from: v.from, to: v.to, agent: v.agent, seconds, recording, channels: 2 });
  if (v.shuffle) callbacks.sort(() => Math.random() - 0.5);
  for (const params of callbacks)
    console.log((await twilio.send(hook, params)).status, params.RecordingStatus ? 'recording' : params.CallStatus, params.CallSid);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await byHand();
