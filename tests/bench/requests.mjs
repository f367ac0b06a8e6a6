// The requests that tests/bench/load sends: each behind a line with its length in bytes.
import { writeFileSync } from 'node:fs'

export const TENANTS = 200
export const tail = (n) => String(100000000000 + n)
export const HOOK_BYTES = 2048

const file = (path, requests) =>
  writeFileSync(path, requests.map((r) => `${Buffer.byteLength(r)}\n${r}`).join(''))

const each = (make) => Array.from({ length: TENANTS }, (_, i) => make(i + 1))

export function listRequests(path, port) {
  file(path, each((n) => `GET /api/v1/calls?limit=20 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    'User-Agent: bench\r\nAccept: application/json\r\n' +
    `Cookie: ringsight_session=bench-session-${tail(n)}\r\n\r\n`))
}

// A UCM's record of a call that nobody answered, 2 KB; each has a number of its own, which `load`
// writes over the twelve signs.
export function hookBody(number = '@@@@@@@@@@@@') {
  const record = {
    cdr: '', AcctId: '81001', accountcode: '', src: '02079460101', dst: '1001', dcontext: 'ext-did-1',
    clid: 'Ann Lee <02079460101>', channel: 'PJSIP/trunk_1-000000a1', dstchannel: '', lastapp: 'Dial',
    lastdata: '', start: '2026-11-20 10:15:00', answer: '', end: '2026-11-20 10:15:20', duration: '20',
    billsec: '0', disposition: 'NO ANSWER', amaflags: 'DOCUMENTATION', uniqueid: '1785748500.2101',
    userfield: 'Inbound', channel_ext: 'trunk_1', dstchannel_ext: '1001', service: 's',
    caller_name: 'Ann Lee', recordfiles: '', dstanswer: '', chanext: '', dstchanext: '',
    session: `${number}-02079460101`, action_owner: '02079460101', action_type: 'DIAL',
    src_trunk_name: 'Acme SIP', dst_trunk_name: '', nat_call: 'no', nat_call_peer: 'no', device_info: '',
  }
  const short = HOOK_BYTES - JSON.stringify(record).length
  record.device_info = 'Grandstream UCM6302 1.0.20 '.repeat(99).slice(0, short)
  return JSON.stringify(record)
}

export function hookRequests(path, port) {
  const body = hookBody()
  file(path, each((n) => `POST /hooks/ucm/bench-hook-${tail(n)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    'User-Agent: Grandstream UCM\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${body.length}\r\n\r\n${body}`))
}

// One sender's garbage, as fast as it can.
export function floodRequests(path, port) {
  const body = '{"nothing": "of use"'
  file(path, [`POST /hooks/ucm/bench-hook-${tail(1)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    `User-Agent: flood\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`])
}

// The hooks of everybody but that one.
export function otherRequests(path, port) {
  const body = hookBody()
  file(path, each((n) => n).slice(1).map((n) => `POST /hooks/ucm/bench-hook-${tail(n)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    'User-Agent: Grandstream UCM\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${body.length}\r\n\r\n${body}`))
}
