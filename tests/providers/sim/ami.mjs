// An Asterisk as its manager interface shows it: greeting, login by challenge, the list of channels,
// and the events of calls that are played. It misbehaves on request. Started by tests, or by hand:
//   node tests/providers/sim/ami.mjs PORT [CONTROL-PORT]
// and then controlled over HTTP on the second port:
//   GET  /state               who logged in, what was asked, which channels there are
//   POST /call    {from,to,agent,ring_s,talk_s}   plays an inbound call in real time
//   POST /faults  {slow_ms,half,silent_list,no_login}   see Faults; POST /cut cuts every line
import { createHash } from 'node:crypto';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export const USER = 'ringsight', SECRET = 'secret-of-the-manager';
const GREETING = 'Asterisk Call Manager/9.0.0\r\n';
const md5 = (text) => createHash('md5').update(text).digest('hex');
const text = (pairs) => `${pairs.map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n`;
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));

/** Asterisk's own wording of a moment, in UTC (cdr_manager with usegmtime=yes). */
const wall = (ms) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

export class Asterisk {
  lines = new Set();
  channels = new Map(); // by unique id, as long as they are up
  asked = [];
  logins = 0;
  refused = 0;
  serial = 1;
  // slow_ms: before each answer. half: events are written in two halves. silent_list: the list of
  // channels never ends. no_login: every login is refused. deaf: new lines get no greeting.
  faults = { slow_ms: 0, half: false, silent_list: false, no_login: false, deaf: false };

  async start(port = 0) {
    this.server = createServer((socket) => this.line(socket));
    await new Promise((ok) => this.server.listen(port, '127.0.0.1', ok));
    this.port = this.server.address().port;
    return this;
  }

  async stop() {
    this.cut();
    await new Promise((ok) => this.server.close(ok));
  }

  /** Every line ends at once, as when a router starts anew; events meanwhile are lost. */
  cut() {
    for (const l of this.lines) l.socket.destroy();
  }

  get connected() {
    return [...this.lines].filter((l) => l.ready).length;
  }

  line(socket) {
    const l = { socket, ready: false, challenge: '', buffer: '', sent: Promise.resolve() };
    this.lines.add(l);
    socket.on('error', () => {});
    socket.on('close', () => this.lines.delete(l));
    socket.on('data', (bytes) => {
      l.buffer += bytes.toString('utf8');
      for (let end; (end = l.buffer.indexOf('\r\n\r\n')) >= 0; l.buffer = l.buffer.slice(end + 4)) {
        const fields = Object.fromEntries(l.buffer.slice(0, end).split('\r\n').map((row) => {
          const colon = row.indexOf(':');
          return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()];
        }));
        void this.answer(l, fields);
      }
    });
    if (!this.faults.deaf) socket.write(GREETING);
  }

  async answer(l, f) {
    const say = (...pairs) => this.write(l, text([...pairs.slice(0, 1), ['ActionID', f.actionid ?? ''], ...pairs.slice(1)]));
    this.asked.push(f.action);
    if (this.faults.slow_ms) await pause(this.faults.slow_ms);
    if (f.action === 'Challenge') {
      l.challenge = String(100_000_000 + Math.floor(Math.random() * 900_000_000));
      return say(['Response', 'Success'], ['Challenge', l.challenge]);
    }
    if (f.action === 'Login') {
      if (this.faults.no_login || f.username !== USER || f.key !== md5(l.challenge + SECRET)) {
        this.refused++;
        return say(['Response', 'Error'], ['Message', 'Authentication failed']);
      }
      this.logins++;
      l.ready = true;
      say(['Response', 'Success'], ['Message', 'Authentication accepted']);
      return this.write(l, text([['Event', 'FullyBooted'], ['Privilege', 'system,all'], ['Status', 'Fully Booted']]));
    }
    if (!l.ready) return say(['Response', 'Error'], ['Message', 'Permission denied']);
    if (f.action !== 'CoreShowChannels') return say(['Response', 'Error'], ['Message', 'Invalid/unknown command']);
    say(['Response', 'Success'], ['EventList', 'start'], ['Message', 'Channels will follow']);
    for (const c of this.channels.values())
      this.write(l, text([['Event', 'CoreShowChannel'], ['ActionID', f.actionid], ...this.snapshot(c), ['Application', 'Dial'], ['Duration', '00:00:01']]));
    if (!this.faults.silent_list)
      this.write(l, text([['Event', 'CoreShowChannelsComplete'], ['ActionID', f.actionid], ['EventList', 'Complete'], ['ListItems', this.channels.size]]));
  }

  snapshot(c, prefix = '') {
    return Object.entries({
      Channel: c.name, ChannelState: c.up ? 6 : 0, ChannelStateDesc: c.up ? 'Up' : 'Down', CallerIDNum: c.number ?? '<unknown>',
      CallerIDName: c.caller ?? '<unknown>', ConnectedLineNum: '<unknown>', ConnectedLineName: '<unknown>', Language: 'en', AccountCode: '',
      Context: 'from-trunk', Exten: c.exten ?? '', Priority: 1, Uniqueid: c.id, Linkedid: c.linked,
    }).map(([k, v]) => [prefix + k, v]);
  }

  /** An event to every line that has logged in. */
  event(name, ...pairs) {
    const all = text([['Event', name], ['Privilege', 'call,all'], ...pairs.flat()]);
    for (const l of this.lines) if (l.ready) this.write(l, all);
  }

  /** In order, one after the other; with `half` each in two pieces a moment apart. */
  write(l, all) {
    if (!this.faults.half && !l.halved) { l.socket.write(all); return; }
    l.halved = true;
    l.sent = l.sent.then(async () => {
      const middle = Math.floor(all.length / 2);
      l.socket.write(all.slice(0, middle));
      await pause(30);
      l.socket.write(all.slice(middle));
    });
  }

  channel(name, facts = {}) {
    const n = this.serial++;
    const c = { name: `${name}-${n.toString(16).padStart(8, '0')}`, id: `${Math.floor(Date.now() / 1000)}.${n}`, at: Date.now(), ...facts };
    c.linked ??= c.id;
    this.channels.set(c.id, c);
    this.event('Newchannel', this.snapshot(c));
    return c;
  }

  dial(from, to) { this.event('DialBegin', this.snapshot(from), this.snapshot(to, 'Dest'), [['DialString', '']]); }

  dialled(from, to, status) {
    if (status === 'ANSWER') to.up = from.up = true;
    this.event('DialEnd', this.snapshot(from), this.snapshot(to, 'Dest'), [['DialStatus', status]]);
  }

  bridge(...channels) {
    for (const c of channels) this.event('BridgeEnter', [['BridgeUniqueid', channels[0].id], ['BridgeType', 'basic']], this.snapshot(c));
  }

  hangup(c) {
    this.channels.delete(c.id);
    this.event('Hangup', this.snapshot(c), [['Cause', 16], ['Cause-txt', 'Normal Clearing']]);
  }

  record(from, to, facts) {
    const { start, answer, end = Date.now(), disposition = answer ? 'ANSWERED' : 'NO ANSWER' } = facts;
    this.event('Cdr', [
      ['AccountCode', ''], ['Source', from.number], ['Destination', facts.to ?? from.exten], ['DestinationContext', 'from-trunk'],
      ['CallerID', `"${from.caller ?? ''}" <${from.number}>`], ['Channel', from.name], ['DestinationChannel', to?.name ?? ''],
      ['LastApplication', 'Dial'], ['LastData', ''], ['StartTime', wall(start)], ['AnswerTime', answer ? wall(answer) : ''], ['EndTime', wall(end)],
      ['Duration', Math.round((end - start) / 1000)], ['BillableSeconds', answer ? Math.round((end - answer) / 1000) : 0],
      ['Disposition', disposition], ['AMAFlags', 'DOCUMENTATION'], ['UniqueID', from.id], ['UserField', ''],
    ]);
  }

  /** An outside caller and the phone that rings. */
  ring(number, agent, exten = '02079460100') {
    const from = this.channel('PJSIP/provider', { number, exten });
    const to = this.channel(`PJSIP/${agent}`, { linked: from.id });
    this.dial(from, to);
    return { from, to };
  }

  pickUp({ from, to }) {
    this.dialled(from, to, 'ANSWER');
    this.bridge(from, to);
    to.answered = Date.now();
  }

  hangUp({ from, to }, { record = true } = {}) {
    this.hangup(to);
    this.hangup(from);
    if (record) this.record(from, to, { start: from.at, answer: to.answered });
  }
}

async function control(asterisk, request, answer) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = parts.length ? JSON.parse(Buffer.concat(parts).toString()) : {};
  const { pathname } = new URL(request.url, 'http://sim');
  if (pathname === '/cut') asterisk.cut();
  if (pathname === '/faults') Object.assign(asterisk.faults, body);
  if (pathname === '/call') {
    const call = asterisk.ring(body.from ?? '02079460101', body.agent ?? '1001', body.to);
    setTimeout(() => asterisk.pickUp(call), (body.ring_s ?? 2) * 1000);
    setTimeout(() => asterisk.hangUp(call), ((body.ring_s ?? 2) + (body.talk_s ?? 10)) * 1000);
  }
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify({
    connected: asterisk.connected, logins: asterisk.logins, refused: asterisk.refused,
    channels: [...asterisk.channels.values()], faults: asterisk.faults,
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asterisk = await new Asterisk().start(Number(process.argv[2] ?? 5038));
  const http = createHttp((request, answer) => { void control(asterisk, request, answer); });
  http.listen(Number(process.argv[3] ?? 0), '127.0.0.1', () => {
    console.log(`AMI at 127.0.0.1:${asterisk.port}, user ${USER}, secret ${SECRET}; control at http://127.0.0.1:${http.address().port}`);
  });
}
