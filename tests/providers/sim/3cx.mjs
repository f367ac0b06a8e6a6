// A 3CX v20 as its API clients see it: the token endpoint and the read-only part of the XAPI that
// Ringsight asks, plus the posts of the CRM template. Only one token of a client lives at a time.
// It misbehaves on request. Started by tests, or by hand:
//   node tests/providers/sim/3cx.mjs [port]
// and then controlled over the same port:
//   GET  /control/state                          what was asked of it
//   POST /control/calls      [rows of the log]   POST /control/recordings {id,row,file (base64)}
//   POST /control/faults     {kind,match,times}  kinds below; DELETE /control/faults
//   POST /control/expire                         every token is forgotten
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

export const CLIENT = 'ringsight', KEY = 'key-of-the-client';
const PAGE_MAX = 100;

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A row of the call log as 3CX writes it; what a test does not care about is filled in. */
export function logRow(facts) {
  return {
    CdrId: `cdr-${facts.MainCallHistoryId}-${facts.SegmentId ?? 1}`, CallHistoryId: facts.MainCallHistoryId, SegmentId: 1, Indent: 0,
    SourceType: 1, SourceDn: '10020', SourceCallerId: '', SourceDisplayName: '', DestinationType: 0, DestinationDn: '', DestinationCallerId: facts.DestinationDn ?? '',
    DestinationDisplayName: '', ActionType: 1, ActionDnType: 0, actionDnDn: '', RingingDuration: 'PT5S', TalkingDuration: 'PT1M0S', Answered: true,
    Direction: 'Inbound', Status: 'Answered', Reason: '', CallCost: 0, SrcRecId: null, DstRecId: null, RecordingUrl: '', Recordings: [],
    Transcription: null, Summary: null, SentimentScore: null, QualityReport: false, ...facts,
  };
}

/** What the CRM template posts for a call: see templates/3cx/crm.xml. */
export function report(facts) {
  return {
    call_type: 'Inbound', direction: 'Inbound', number: '+442079460101', name: '', agent: '1001', agent_first_name: '', agent_last_name: '',
    agent_email: '', duration: '00:01:00', started_at: '2026-08-03T09:15:00Z', answered_at: '2026-08-03T09:15:05Z', ended_at: '2026-08-03T09:16:05Z',
    transcription: '[Transcription]', summary: '[Summary]', recording_url: '[RecordingUrl]', ...facts,
  };
}

function newBox() {
  return { token: '', lifetime: 3600, calls: [], recordings: new Map(), faults: [], logins: 0, refused: 0, pages: 0, downloads: 0, asked: [] };
}

/** The fault that this request meets, used up; undefined if it goes well. */
function meet(box, url) {
  const fault = box.faults.find((f) => f.times > 0 && url.includes(f.match));
  if (fault) fault.times--;
  return fault?.kind;
}

function login(box, body, answer) {
  const form = new URLSearchParams(body);
  if (form.get('client_id') !== CLIENT || form.get('client_secret') !== KEY || form.get('grant_type') !== 'client_credentials') {
    box.refused++;
    return answer(401, { error: 'invalid_client' });
  }
  box.logins++;
  const exp = Math.floor(Date.now() / 1000) + box.lifetime;
  box.token = `${base64url({ alg: 'none' })}.${base64url({ exp, n: box.logins })}.c2ln`;
  return answer(200, { token_type: 'Bearer', expires_in: 60, access_token: box.token, refresh_token: null });
}

const between = (text, from, to) => new Date(text) >= new Date(from) && new Date(text) <= new Date(to);

function callLog(box, url, answer) {
  const [, from, to] = url.match(/periodFrom=([^,]+),periodTo=([^,]+),/) ?? [];
  const needed = ['sourceType', 'sourceFilter', 'destinationType', 'destinationFilter', 'callsType', 'callTimeFilterType', 'callTimeFilterFrom', 'callTimeFilterTo', 'hidePcalls'];
  if (!from || needed.some((n) => !url.includes(`${n}=`))) return answer(400, { error: { code: '', message: 'All parameters are required' } });
  const query = new URLSearchParams(url.split('?')[1]);
  const skip = box.repeat ? 0 : Number(query.get('$skip') ?? 0);
  const rows = box.calls.filter((r) => between(r.StartTime, from, to));
  box.pages++;
  return answer(200, { '@odata.context': '/xapi/v1/$metadata#Collection(Pbx.CallLogData)', value: rows.slice(skip, skip + Math.min(PAGE_MAX, Number(query.get('$top') ?? PAGE_MAX))) });
}

function recordingList(box, url, answer) {
  const [, from, to] = decodeURIComponent(url).match(/StartTime ge (\S+) and StartTime le ([^\s&]+)/) ?? [];
  if (!from) return answer(400, { error: { code: '', message: 'Filter not understood' } });
  return answer(200, { value: [...box.recordings].filter(([, r]) => between(r.row.StartTime, from, to)).map(([Id, r]) => ({ Id, ...r.row })) });
}

function xapi(box, url, response, answer) {
  if (url.startsWith('/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(')) return callLog(box, url, answer);
  const id = Number(url.match(/DownloadRecording\(recId=(\d+)\)/)?.[1]);
  if (id) {
    const file = box.recordings.get(id)?.file;
    box.downloads++;
    if (!file) return answer(404, { error: { code: '', message: 'Not found' } });
    response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': file.length });
    return response.end(file);
  }
  return url.startsWith('/xapi/v1/Recordings?') ? recordingList(box, url, answer) : answer(404, { error: { code: '', message: 'Not found' } });
}

function control(box, method, path, body, answer) {
  const json = () => JSON.parse(body);
  switch (`${method} ${path}`) {
    case 'GET /control/state': return answer(200, { ...box, recordings: [...box.recordings.keys()] });
    case 'POST /control/calls': box.calls.push(...json().map(logRow)); return answer(200, {});
    case 'POST /control/recordings': { const r = json(); box.recordings.set(r.id, { row: r.row, file: Buffer.from(r.file, 'base64') }); return answer(200, {}); }
    case 'POST /control/faults': box.faults.push({ match: '', times: 1, ...json() }); return answer(200, {});
    case 'DELETE /control/faults': box.faults = []; return answer(200, {});
    case 'POST /control/expire': box.token = ''; return answer(200, {});
    default: return answer(404, {});
  }
}

const WRONG = {
  not_found: [404, { error: { code: '', message: 'Not found' } }],
  forbidden: [403, { error: { code: '', message: 'Forbidden' } }],
  http_500: [500, 'oops'],
  busy: [503, { error: { code: '', message: 'Busy' } }],
  json: [200, '{"value":[{"CdrId":'],
  message: [200, { error: { code: '', message: 'Recording is being archived' } }],
  html: [200, '<html>Sign in</html>'],
};

async function serve(box, request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString('utf8');
  const answer = (status, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...(status === 503 ? { 'retry-after': '1' } : {}) });
    response.end(text);
  };
  const url = request.url ?? '';
  if (url.startsWith('/control/')) return control(box, request.method, url, body, answer);
  box.asked.push(`${request.method} ${url}`);
  const fault = meet(box, url);
  if (fault === 'expire') box.token = '';
  if (fault === 'slow') await new Promise((done) => setTimeout(done, 3000));
  if (fault === 'cut') return request.socket.destroy();
  if (WRONG[fault]) return answer(...WRONG[fault]);
  if (request.method === 'POST' && url === '/connect/token') return login(box, body, answer);
  if (request.method !== 'GET') return answer(405, { error: { code: '', message: 'Only reading is expected here' } });
  if (!box.token || request.headers.authorization !== `Bearer ${box.token}`) return answer(401, '');
  return xapi(box, url, response, answer);
}

/** Starts one; `box` is what it knows and saw, to be changed and looked at at will:
 *  {token, lifetime, calls, recordings: Map(id -> {row, file}), faults: [{kind, match, times}], repeat, logins, refused, pages, downloads, asked} */
export function start(port = 0) {
  const box = newBox();
  const server = createServer((request, response) => { serve(box, request, response).catch(() => request.socket.destroy()); });
  return new Promise((ok) => {
    server.listen(port, '127.0.0.1', () => ok({
      box, port: server.address().port, url: `http://127.0.0.1:${server.address().port}`,
      stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
    }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await start(Number(process.argv[2] ?? 18443));
  console.log(`A 3CX at ${url}; client ${CLIENT}, key ${KEY}.`);
}
