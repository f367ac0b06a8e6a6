// The CDR items that a UCM would write for one of the demo's conversations, with all values as
// strings and times in the phone system's own zone, and the names of its recordings.
export class CdrWriter {
  #acct;

  // nextAcctId: AcctId is a row number of one phone system; two of them repeat each other's.
  constructor(company, nextAcctId = 71_001) {
    this.company = company;
    this.#acct = nextAcctId;
    this.zone = new Intl.DateTimeFormat('sv-SE', {
      timeZone: company.zone, dateStyle: 'short', timeStyle: 'medium' });
  }

  get nextAcctId() { return this.#acct; }

  // call: of readCalls(); spoken[i]: {path, seconds} or null for leg i; endedMs: when it ended.
  // Returns {item, recordings: [{name, folder, month, path}]}; item is a record or a group.
  write(call, spoken, endedMs) {
    const spans = call.legs.map((leg, i) => ({
      ring: leg.ring_s ?? 0, talk: Math.round(spoken[i]?.seconds ?? 0) }));
    let at = endedMs - 1000 * spans.reduce((sum, s) => sum + s.ring + s.talk, 0);
    const session = `${at * 1000}-${call.direction === 'inbound' ? call.customer.number
                                                                 : call.extension}`;
    const uniqueid = `${Math.floor(at / 1000)}.${this.#acct}`;
    const recordings = [];
    const records = call.legs.map((leg, i) => {
      const record = this.#record(leg, spans[i], at, { session, uniqueid }, spoken[i], recordings);
      at += 1000 * (spans[i].ring + spans[i].talk);
      return record;
    });
    if (!call.group) return { item: records[0], recordings };
    const group = { cdr: '', main_cdr: totals(records) };
    records.forEach((r, i) => { group[`sub_cdr_${i + 1}`] = call.group === 'list' ? [r] : r; });
    return { item: group, recordings };
  }

  #record(leg, { ring, talk }, start, { session, uniqueid }, sound, recordings) {
    const inbound = leg.direction === 'inbound';
    const disposition = leg.disposition ?? 'ANSWERED';
    const answered = disposition === 'ANSWERED';
    const queue = inbound ? leg.queue : undefined;
    const src = inbound ? leg.customer.number : leg.extension;
    const dst = inbound ? queue ?? leg.extension : leg.customer.number;
    const answer = start + 1000 * ring;
    const outside = `PJSIP/${this.company.trunk}-${hex(start)}`;
    const agentSide = `PJSIP/${leg.extension}-${hex(start + 1)}`;
    const otherSide = leg.direction === 'internal' ? `PJSIP/${dst}-${hex(start + 2)}` : outside;
    const record = {
      AcctId: String(this.#acct++), accountcode: '', src, dst,
      dcontext: inbound ? `ext-did-${this.company.trunk}` : 'from-internal',
      clid: inbound ? `"${leg.customer.name || src}" <${src}>`
                    : `"${this.#agentName(leg.extension)}" <${src}>`,
      channel: inbound ? outside : agentSide, dstchannel: inbound ? agentSide : otherSide,
      lastapp: queue ? 'Queue' : 'Dial', lastdata: queue ?? `PJSIP/${dst}`,
      start: this.#local(start), answer: answered ? this.#local(answer) : '',
      end: this.#local(start + 1000 * (ring + talk)),
      duration: String(ring + talk), billsec: String(answered ? talk : 0), disposition,
      amaflags: 'DOCUMENTATION', uniqueid,
      userfield: { inbound: 'Inbound', outbound: 'Outbound', internal: 'Internal' }[leg.direction],
      channel_ext: inbound ? '' : leg.extension,
      dstchannel_ext: inbound ? leg.extension : leg.direction === 'internal' ? dst : '',
      service: 's', caller_name: inbound ? leg.customer.name : this.#agentName(leg.extension),
      recordfiles: '', dstanswer: answered ? (inbound ? leg.extension : dst) : '',
      chanext: inbound ? '' : leg.extension, dstchanext: inbound ? leg.extension : '', session,
      action_owner: leg.extension,
      action_type: leg.action ?? (queue ? `QUEUE[${queue}]` : 'DIAL'),
      src_trunk_name: inbound ? this.company.trunk : '',
      dst_trunk_name: leg.direction === 'outbound' ? this.company.trunk : '',
    };
    if (sound) {
      const name = `auto-${Math.floor(answer / 1000)}-${src}-${inbound ? leg.extension : dst}.wav`;
      const month = this.#local(answer).slice(0, 7);
      recordings.push({ name, month, folder: leg.folder, path: sound.path });
      record.recordfiles = `${month}/${name}@`;
      record.recordfiles_desc = `duration=${talk},start-time=${Math.floor(answer / 1000)}@`;
    }
    return record;
  }

  #local(ms) { return this.zone.format(new Date(ms)); }

  #agentName(extension) {
    return this.company.agents.find(a => a.extension === extension)?.name ?? extension;
  }
}

// The head of a group holds totals only, and no AcctId.
function totals(records) {
  const sum = field => String(records.reduce((n, r) => n + Number(r[field]), 0));
  const first = records[0], last = records.at(-1);
  return { ...first, AcctId: '', end: last.end, disposition: last.disposition,
           answer: records.find(r => r.answer)?.answer ?? '', duration: sum('duration'),
           billsec: sum('billsec'), recordfiles: '', recordfiles_desc: '', action_type: 'DIAL' };
}

function hex(n) { return (n >>> 0).toString(16).padStart(8, '0'); }
