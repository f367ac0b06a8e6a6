// A simulated Exotel account: sends Passthru requests and StatusCallbacks to a hook, and serves the
// recordings they name. Used by tests/api; by hand:
//   node tests/providers/sim/exotel.mjs HOOK_ADDRESS [--from 0999…] [--agent 0999…] [--seconds 20]
//     [--wav FILE] [--port 9101] [--as passthru|passthru-post|multipart|form|json] [--fault forbidden:3] …
// The integration's "Other hosts of recordings" must name 127.0.0.1, and the server be started with
// RINGSIGHT_EGRESS_ALLOW='exotel=127.0.0.1/32'.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Media, tone } from './media.mjs';

export const EPOCH = '1970-01-01 05:30:00'; // what Exotel writes for "not ended"
export const sid = () => randomBytes(16).toString('hex');
/** Indian wall-clock time, as Exotel writes it. */
export const ist = (ms) => new Date(ms + 5.5 * 3600_000).toISOString().slice(0, 19).replace('T', ' ');

/** {Legs: [{Status: 'busy'}]} as PHP writes it in forms: Legs[0][Status]. */
export function flat(value, name = '') {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, name ? `${name}[${key}]` : key));
}

export class Exotel {
  media = new Media();
  /** What the account's list of calls has: rows of Calls.json. */
  calls = [];
  account = 'acme1';
  pageSize = 50;

  get url() { return this.media.url; }
  listen(port = 0) {
    this.media.answers.set(`/v1/Accounts/${this.account}/Calls.json`, (query) => this.#list(query));
    return this.media.listen(port);
  }

  #list(query) {
    const [from, to] = [/gte:([^;]+)/, /lte:([^;]+)/].map((what) => query.get('DateCreated')?.match(what)?.[1] ?? '');
    const rows = this.calls.filter((c) => c.DateCreated >= from && c.DateCreated <= to);
    const after = Number(query.get('After') ?? 0), next = after + this.pageSize;
    return { Metadata: { Total: rows.length, PageSize: this.pageSize, FirstPageUri: null, PrevPageUri: null,
      NextPageUri: next < rows.length ? `/v1/Accounts/${this.account}/Calls.json?PageSize=${this.pageSize}&After=${next}&DateCreated=${encodeURIComponent(query.get('DateCreated') ?? '')}` : null },
    Calls: rows.slice(after, next) };
  }

  /** The row of an inbound call that was answered, as the list has it.
   * @param {{from: string, to?: string, seconds?: number, end?: number, recording?: {url: string}, id?: string}} call */
  listed({ from, to = '08012340000', seconds = 20, end = Date.now(), recording, id = sid() }) {
    const began = end - 1000 * (seconds + 8);
    this.calls.push({ Sid: id, ParentCallSid: '', DateCreated: ist(began), DateUpdated: ist(end + 120_000), AccountSid: this.account, To: to, From: from,
      PhoneNumberSid: to, Status: 'completed', StartTime: ist(began), EndTime: ist(end), Duration: String(seconds + 8), Direction: 'inbound',
      RecordingUrl: recording?.url ?? null, Details: { ConversationDuration: String(seconds) } });
    return id;
  }
  close() { return this.media.close(); }

  async send(hook, fields, as = 'passthru') {
    const form = new URLSearchParams(flat(fields));
    const request = {
      passthru: () => [`${hook}?${form}`, { method: 'GET' }],
      'passthru-post': () => [hook, { method: 'POST', body: form }],
      form: () => [hook, { method: 'POST', body: form }],
      json: () => [hook, { method: 'POST', body: JSON.stringify(fields), headers: { 'Content-Type': 'application/json' } }],
      multipart: () => {
        const body = new FormData();
        for (const [name, value] of flat(fields)) body.append(name, value);
        return [hook, { method: 'POST', body }];
      },
    }[as]();
    const answer = await fetch(request[0], { ...request[1], redirect: 'manual' });
    return { status: answer.status, text: await answer.text() };
  }

  recording(bytes, name = sid()) {
    const path = `/exotelrecordings/acme1/${name}.wav`;
    if (bytes) this.media.put(path, bytes);
    return { path, url: this.url + path };
  }

  /** The Passthru requests of an inbound call that an agent took: menu, popup, after Connect.
   * @param {{from: string, to?: string, agent?: string, seconds?: number, recording?: {url: string}, id?: string, end?: number}} call */
  inbound({ from, to = '08012340000', agent = '09999999999', seconds = 20, recording, id = sid(), end = Date.now() }) {
    const began = end - 1000 * (seconds + 8);
    const head = { CallSid: id, CallFrom: from, CallTo: to, Direction: 'incoming', From: from, To: to, ForwardedFrom: 'null' };
    const times = { Created: ist(began), StartTime: ist(began), EndTime: EPOCH, flow_id: '228040', tenant_id: '67291' };
    return [
      { ...head, ...times, CallStatus: 'in-progress', CallType: 'call-attempt', digits: '"2"', CurrentTime: ist(began + 1000) },
      { ...head, DialWhomNumber: agent, EventType: 'Dial', Status: 'busy', CurrentTime: ist(began + 2000) },
      { ...head, ...times, CallType: 'completed', DialCallStatus: 'completed', DialWhomNumber: agent, DialCallDuration: String(seconds + 6),
        RecordingUrl: recording?.url, CurrentTime: ist(end), OutgoingPhoneNumber: to,
        Legs: [{ Number: agent, Type: 'single', OnCallDuration: String(seconds), CallerId: to, CauseCode: 'NORMAL_CLEARING', Cause: '16' }] },
    ];
  }

  /** The StatusCallback of a call that a program started: agent first, then the customer.
   * @param {{customer: string, agent?: string, seconds?: number, recording?: {url: string}, status?: string, id?: string, end?: number}} call */
  connected({ customer, agent = '09999999999', seconds = 20, recording, status = 'completed', id = sid(), end = Date.now() }) {
    return { CallSid: id, EventType: 'terminal', DateCreated: ist(end - 1000 * (seconds + 20)), DateUpdated: ist(end), Status: status,
      To: customer, From: agent, PhoneNumberSid: '08012340000', StartTime: ist(end - 1000 * (seconds + 20)), EndTime: ist(end),
      ConversationDuration: status === 'completed' ? seconds : 0, Direction: 'outbound-api', RecordingUrl: recording?.url,
      Legs: [{ OnCallDuration: seconds + 12, Status: 'completed', AnsweredBy: 'Human' }, { OnCallDuration: seconds, Status: status, AnsweredBy: 'NA' }] };
  }
}

async function byHand() {
  const { values: v, positionals: [hook] } = parseArgs({ allowPositionals: true, options: {
    from: { type: 'string', default: '09876543210' }, agent: { type: 'string' }, seconds: { type: 'string', default: '20' },
    wav: { type: 'string' }, port: { type: 'string', default: '9101' }, as: { type: 'string', default: 'passthru' },
    fault: { type: 'string', multiple: true, default: [] } } });
  if (!hook) throw new Error('give the hook address');
  const exotel = new Exotel();
  console.log(`recordings are at ${await exotel.listen(Number(v.port))}; end with Ctrl-C`);
  for (const [kind, times = '1'] of v.fault.map((f) => f.split(':'))) exotel.media.fault({ kind, times: Number(times) });
  const seconds = Number(v.seconds);
  const recording = exotel.recording(v.wav ? await readFile(v.wav) : tone(seconds));
  const call = { from: v.from, customer: v.from, agent: v.agent, seconds, recording };
  for (const fields of v.as.startsWith('passthru') ? exotel.inbound(call) : [exotel.connected(call)])
    console.log((await exotel.send(hook, fields, v.as)).status, fields.EventType ?? fields.CallType, fields.CallSid);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await byHand();
