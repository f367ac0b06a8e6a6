/* How the walker does what changes something: for each such route, how to make an object of one's
 * own that may be spoiled, and the body that the route takes. A route without a recipe fails the
 * walker, so a new one is walked from its first day. */
import { randomUUID } from 'node:crypto';
import { as, demo, home, keyOf, send, signIn, login, until, MISSING, type Ask, type Client, type Tenant } from './house.ts';
import { sql } from './queue.ts';

export interface Recipe {
  /** Path parameters of an object that the owner has just made; it may be changed or removed. */
  make?: (owner: Client) => Promise<Record<string, string>>;
  /** Headers and body that are right but for the object they are sent to. */
  ask?: (tenant: Tenant) => Ask;
  /** Who does it where it must not be the walker's owner, who is needed on. */
  by?: () => Promise<Client>;
  /** Statuses of success, where not 200 to 299. */
  good?: number[];
}

const unique = (): string => randomUUID().slice(0, 8);
const tus = { 'tus-resumable': '1.0.0' };

async function made(owner: Client, path: string, name: string, ask: Ask): Promise<Record<string, string>> {
  const answer = await owner.send(path, { method: 'POST', ...ask });
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return { [name]: answer.json.id };
}

/** A key whose client has tokens. */
async function aFamily(owner: Client): Promise<Record<string, string>> {
  const key = await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: 'Walker', role: 'viewer' } });
  const pair = await send('/api/v1/tokens', { method: 'POST', json: {}, headers: { authorization: `Bearer ${key.json.key}` } });
  if (pair.status !== 200) throw new Error(pair.text);
  return { key: key.json.id, family: (await owner.send(`/api/v1/api-keys/${key.json.id}/tokens`)).json.families[0].id };
}
const anAgent = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/agents', 'agent', { json: { name: 'Walker', extension: `w${unique()}` } });
const aRole = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/roles', 'role', { json: { name: `Walker ${unique()}`, scope: 'all', permissions: ['calls.read'] } });
const aTeam = (owner: Client): Promise<Record<string, string>> => made(owner, '/api/v1/teams', 'team', { json: { name: `Walker ${unique()}` } });
const webhook = () => ({ url: 'https://crm.example.test/hook', events: ['review.completed'], description: 'Walker', active: false });
/** A tenant has at most twenty: the last four of each state stay, for the walker goes on with one that is on. */
async function aWebhook(owner: Client): Promise<Record<string, string>> {
  const walked = (await owner.send('/api/v1/webhooks')).json.items.filter((w: { description: string }) => w.description === 'Walker');
  for (const state of ['on', 'off'])
    for (const old of walked.filter((w: { state: string }) => w.state === state).slice(0, -4))
      await owner.send(`/api/v1/webhooks/${old.id}`, { method: 'DELETE' });
  return made(owner, '/api/v1/webhooks', 'webhook', { json: webhook() });
}
async function aRotated(owner: Client): Promise<Record<string, string>> {
  const of = await aWebhook(owner);
  await made(owner, `/api/v1/webhooks/${of.webhook}/rotate`, 'webhook', { json: {} });
  return of;
}
/** Switched on, with a test that has ended: nothing of that name answers. */
async function aSending(owner: Client): Promise<Record<string, string>> {
  const of = await aWebhook(owner);
  await owner.send(`/api/v1/webhooks/${of.webhook}`, { method: 'PATCH', json: { active: true }, headers: { 'if-match': '"2"' } });
  const sending = await made(owner, `/api/v1/webhooks/${of.webhook}/test`, 'webhook_delivery', { json: {} });
  await until('the test has failed', 60_000, async () =>
    (await owner.send(`/api/v1/webhooks/${of.webhook}/deliveries/${sending.webhook_delivery}`)).json.state === 'failed');
  return { ...of, ...sending };
}
const anIntegration = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/integrations', 'integration', { json: { provider: 'generic', name: 'Walker', settings: {} } });
const a3cx = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/integrations', 'integration', { json: { provider: '3cx', name: 'Walker', settings: { calls_from: 'template', base_url: 'https://pbx.example.test', client_id: 'walker', client_secret: 'none' } } });
async function aPoll(owner: Client): Promise<Record<string, string>> {
  const of = await a3cx(owner);
  return { ...of, ...await made(owner, `/api/v1/integrations/${of.integration}/polls`, 'poll', { json: { mode: 'count', from: '2026-01-01T00:00:00Z' } }) };
}
async function aPolicy(owner: Client): Promise<Record<string, string>> {
  const of = await anIntegration(owner);
  await owner.send(`/api/v1/integrations/${of.integration}/policy`, { method: 'PATCH', json: { analyse: { who: 'none' } }, headers: { 'if-match': '"0"' } });
  return of;
}
async function aRun(owner: Client): Promise<Record<string, string>> {
  const of = await aPolicy(owner);
  return { ...of, ...await made(owner, `/api/v1/integrations/${of.integration}/policy/runs`, 'run', { json: { mode: 'count', days: 1 } }) };
}
async function aTag(owner: Client): Promise<Record<string, string>> {
  const of = await aCall(owner);
  const tag = `walker ${unique()}`;
  const answer = await owner.send(`/api/v1/calls/${of.call}/tags`, { method: 'POST', json: { tag } });
  if (answer.status !== 204) throw new Error(answer.text);
  return { ...of, tag };
}
/** A report by mail to whoever makes it. */
const aReport = () => ({ name: `Walker ${unique()}`, every: 'month', hour: 3, format: 'csv', attach: true, active: false });
async function aMailing(owner: Client): Promise<Record<string, string>> {
  const me = (await owner.send('/api/v1/session')).json.user.id;
  return made(owner, '/api/v1/report-plans', 'report', { json: { ...aReport(), readers: [me] } });
}
/** As it stands once it went out; by hand, for other recipes pause the tenant's work. */
async function aMailingSent(owner: Client): Promise<Record<string, string>> {
  const of = await aMailing(owner);
  const mailing = (await sql(`insert into report_run (tenant_id, id, plan_id, since, until, by_hand)
    select tenant_id, gen_random_uuid(), id, now() - interval '1 day', now(), true from report_plan where id = '${of.report}' returning id`))[0]!;
  return { ...of, mailing };
}
/** Of the calls that the card in use has scored. */
async function aSet(owner: Client): Promise<Record<string, string>> {
  const card = (await owner.get('/api/v1/scorecards')).items.find((c) => c.state === 'published' && c.assigned)!;
  return made(owner, '/api/v1/calibrations', 'calibration', { json: { name: 'Walker', scorecard: card.id, sample: 1 } });
}
/** Judging again that stopped at its bound. */
async function aStopped(owner: Client): Promise<Record<string, string>> {
  const of = await aDraft(owner);
  const rerun = (await sql(`insert into score_rerun (tenant_id, id, scorecard_id, times, calls, state, most_micro, currency)
    select tenant_id, gen_random_uuid(), id, 2, 1, 'stopped', 10, 'USD' from scorecard where id = '${of.scorecard}' returning id`))[0]!;
  return { ...of, rerun };
}
const handMade = () => ({ direction: 'inbound', from_number: '+441632960000', started_at: '2026-01-01T00:00:00Z' });
const aCall = (owner: Client): Promise<Record<string, string>> => made(owner, '/api/v1/calls', 'call', { json: handMade() });
async function aNote(owner: Client): Promise<Record<string, string>> {
  const of = await aCall(owner);
  return { ...of, ...await made(owner, `/api/v1/calls/${of.call}/notes`, 'note', { json: { body: 'Walker' } }) };
}
const aContact = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/contacts', 'contact', { json: { name: 'Walker' } });
const tracked = () => ({ kind: 'phrase', speaker: 'anyone', patterns: ['walker'] });
const aTracker = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/trackers', 'tracker', { json: { name: `Walker ${unique()}`, ...tracked() } });
const ownFields = () => ({ fields: [{ key: 'name', label: 'Name', type: 'text', finder: 'name' }] });
/** Intents are never removed, so one for each tenant will do. */
async function anIntent(owner: Client): Promise<Record<string, string>> {
  const name = `Walker of ${owner.name.replace(/.*[@ ]/, '')}`;
  const known = (await owner.get('/api/v1/intents')).items.find((i) => i.name === name);
  if (known) return { code: known.code };
  const answer = await owner.send('/api/v1/intents', { method: 'POST', json: { name, phrases: ['walker walked'] } });
  return { code: answer.json.code };
}
const aTask = (owner: Client): Promise<Record<string, string>> => made(owner, '/api/v1/tasks', 'task', { json: { title: 'Walker' } });
/** A delivery that has been read. */
async function aDelivery(owner: Client): Promise<Record<string, string>> {
  const ucm = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'ucm')!;
  const { items } = await owner.get('/api/v1/deliveries', { query: { integration: ucm.id, state: 'parsed', limit: 1 } });
  return { delivery: items[0]!.id };
}
async function aReplay(owner: Client): Promise<Record<string, string>> {
  return made(owner, `/api/v1/deliveries/${(await aDelivery(owner)).delivery}/replay`, 'replay', { json: {} });
}
/** One walk goes on at a time: another's may be under way, or this one over before it is stopped. */
async function aConversion(owner: Client): Promise<Record<string, string>> {
  await owner.send('/api/v1/recording-conversions', { method: 'POST', json: { mode: 'count' } });
  return { conversion: (await owner.get('/api/v1/recording-conversions')).items[0]!.id };
}
/** A rule that takes nothing for a hundred years. */
const aRule = async (owner: Client): Promise<Record<string, string>> => {
  await owner.send('/api/v1/retention-rules', { method: 'POST', json: { kind: 'calls', days: 36_000, disposition: 'voicemail' } });
  return { rule: (await owner.get('/api/v1/retention-rules')).items[0]!.id };
};
const aHold = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/legal-holds', 'hold', { json: { kind: 'number', number: '+4930123456', reason: 'Walker' } });
/** Somebody of whom a hold kept a call. */
async function anErasure(owner: Client): Promise<Record<string, string>> {
  const { tenant } = await owner.get('/api/v1/session');
  await sql(`insert into erasure (tenant_id, id, number, reason, by_name, done_at, held) values ('${tenant!.id}', ground.uuid_now(), '+4930123458', 'Walker', 'Walker', now(), 1)`);
  return { erasure: (await owner.get('/api/v1/erasures')).items[0]!.id };
}
/** What a rule deleted. */
async function aDeletion(owner: Client): Promise<Record<string, string>> {
  const { tenant } = await owner.get('/api/v1/session');
  await sql(`insert into deletion (tenant_id, id, day, kind, rule_id, rule) values ('${tenant!.id}', ground.uuid_now(), '2020-01-01', 'hooks', gen_random_uuid(),
    '{"days":1,"integration_id":null,"direction":null,"disposition":null}')`);
  return { deletion: (await owner.get('/api/v1/deletions')).items[0]!.id };
}
/** An integration with a delivery, for a map to be tried on. */
async function aMapped(owner: Client): Promise<Record<string, string>> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'Walker', settings: {} } });
  await owner.send(new URL(answer.json.hook_url).pathname, { method: 'POST', json: { a: 1 } });
  return { integration: answer.json.id };
}
const aMap = { fields: { call_id: { from: 'id' }, direction: { const: 'inbound' }, from: { from: 'f' }, to: { from: 't' }, started_at: { from: 'at' } } };
const aFolder = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/drop-folders', 'folder', { json: { name: 'Walker', kind: 's3', settings: { endpoint: 'https://s3.example.test', region: 'eu-1', bucket: 'walker', access_key_id: 'I', secret_access_key: 'S' } } });
/** A file that failed, put there by hand: sources of one's own are the other tests' matter. */
async function aFailedFile(owner: Client): Promise<Record<string, string>> {
  const { folder } = await aFolder(owner);
  const [file] = await sql(`insert into drop_file (tenant_id, id, folder_id, name, size, stamp, old, state) select tenant_id, gen_random_uuid(), id, 'w.wav', 1, '1', false, 'failed' from drop_folder where id = '${folder}' returning id`);
  return { file: file! };
}
const anUpload = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/uploads', 'upload', { headers: { ...tus, 'upload-length': '4' } });

const aCard = { name: 'Walker', sections: [{ name: 'Only', questions: [{ key: 'sorry', text: 'Says sorry', weight: 1, rule: { said: ['sorry'] } }] }] };
const aDraft = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/scorecards', 'scorecard', { json: { body: aCard, name: `Walker ${unique()}` } });
const match = (version = 1): Ask => ({ headers: { 'if-match': `"${version}"` } });
async function aPublished(owner: Client): Promise<Record<string, string>> {
  const of = await aDraft(owner);
  await owner.send(`/api/v1/scorecards/${of.scorecard}/publish`, { method: 'POST', ...match() });
  return of;
}

/** A call with a recording, which the owner lists. */
async function aRecording(owner: Client): Promise<Record<string, string>> {
  const { items } = await owner.get('/api/v1/calls', { query: { recording: true, limit: 20 } });
  for (const { id } of items) {
    const call = await owner.get('/api/v1/calls/{call}', { params: { call: id } });
    const recording = call.recordings.find((r) => r.state === 'ready') ?? call.recordings[0];
    if (recording) return { call: id, recording: recording.id };
  }
  throw new Error('no call has a recording');
}

const anEngine = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/speech-engines', 'engine', { json: { kind: 'openai', name: 'Walker', base_url: 'https://engine.example.test/v1', key: 'none' } })
    .then(async (of) => { await owner.send(`/api/v1/speech-engines/${of.engine}`, { method: 'PATCH', headers: { 'if-match': '"1"' }, json: { state: 'off' } }); return of; });
async function aPrice(owner: Client): Promise<Record<string, string>> {
  const { engine } = await anEngine(owner);
  return made(owner, `/api/v1/speech-engines/${engine}/prices`, 'price', { json: { valid_from: '2026-01-01', micro_per_minute: 6000, currency: 'USD' } });
}
const aModel = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/language-engines', 'engine', { json: { kind: 'openai', name: 'Walker', base_url: 'https://engine.example.test/v1', key: 'none' } })
    .then(async (of) => { await owner.send(`/api/v1/language-engines/${of.engine}`, { method: 'PATCH', headers: { 'if-match': '"1"' }, json: { state: 'off' } }); return of; });
async function aModelPrice(owner: Client): Promise<Record<string, string>> {
  const { engine } = await aModel(owner);
  return made(owner, `/api/v1/language-engines/${engine}/prices`, 'price', { json: { valid_from: '2026-01-01', micro_in: 150000, micro_out: 600000, currency: 'USD' } });
}
const aWord = (owner: Client): Promise<Record<string, string>> => made(owner, '/api/v1/speech-words', 'word', { json: { word: `walker${unique()}` } });
const aCorrection = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/speech-corrections', 'correction', { json: { heard: `wolker${unique()}`, written: 'walker' } });

const plan = () => ({ what: 'Walker', due: '2099-01-01' });
async function anAgentsCall(owner: Client): Promise<Record<string, string>> {
  const { agent } = await anAgent(owner);
  return made(owner, '/api/v1/calls', 'call', { json: { ...handMade(), agent } });
}
async function aPlan(owner: Client): Promise<Record<string, string>> {
  const { call } = await anAgentsCall(owner);
  return made(owner, `/api/v1/calls/${call}/coaching-plans`, 'plan', { json: plan() });
}

const anInvitation = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/invitations', 'invitation', { json: { user_name: `walker${unique()}`, role: 'viewer' } });
/** Somebody who signs in with a user name. */
async function aMember(owner: Client): Promise<Record<string, string>> {
  const name = `walker${unique()}`;
  const { link } = await owner.post('/api/v1/invitations', { user_name: name, role: 'viewer' });
  await send('/api/v1/join', { method: 'POST', json: { token: link!.split('#')[1], name: 'Walker', password: 'walks and walks' } });
  const [member] = await sql(`select m.id from membership m join account a on a.id = m.account_id where a.email like '${name}@%'`);
  return { member: member! };
}

/** Nobody of the demo has one. */
const noPasskey = (): Promise<Record<string, string>> => Promise.resolve({ passkey: MISSING });

/** An ended job: there is one as soon as a call came in. */
async function aJob(owner: Client): Promise<Record<string, string>> {
  const { items } = await owner.get('/api/v1/jobs', { query: { state: 'ended', limit: 1 } });
  return { job: items[0]!.id };
}

/** The kind that nothing else uses may be paused. */
const probes = { kind: 'platform.probe' };

/** The tenant's pause, made anew where the operator has put their own over it. */
export async function aPause(owner: Client): Promise<Record<string, string>> {
  await owner.send('/api/v1/jobs/pauses', { method: 'POST', json: probes });
  const { items } = await owner.get('/api/v1/jobs/pauses');
  return { pause: items.find((p) => p.kind === probes.kind)!.id };
}

async function noPause(owner: Client): Promise<Record<string, string>> {
  await owner.send(`/api/v1/jobs/pauses/${(await aPause(owner)).pause}`, { method: 'DELETE' });
  return {};
}

async function anOperatorsPause(): Promise<Record<string, string>> {
  const { items } = await (await as('super')).get('/api/v1/platform/pauses');
  return { pause: items.find((p) => p.tenant === home.id && p.kind === probes.kind)!.id };
}

export const recipes: Record<string, Recipe> = {
  'POST /api/v1/session': { ask: (t) => ({ json: { email: login('viewer', t).email, password: login('viewer', t).password } }) },
  'POST /api/v1/session/code': { ask: () => ({ json: { code: '000000' } }), good: [410] },
  'POST /api/v1/platform/session/code': { ask: () => ({ json: { code: '000000' } }), good: [410] },
  'POST /api/v1/session/passkey/options': { good: [410] },
  'POST /api/v1/session/passkey': { ask: () => ({ json: { id: 'AA', client_data: 'AA', authenticator_data: 'AA', signature: 'AA' } }), good: [410] },
  'POST /api/v1/platform/session/passkey/options': { good: [410] },
  'POST /api/v1/platform/session/passkey': { ask: () => ({ json: { id: 'AA', client_data: 'AA', authenticator_data: 'AA', signature: 'AA' } }), good: [410] },
  'POST /api/v1/second-factor': { by: () => as('viewer'), ask: (t) => ({ json: { password: login('viewer', t).password } }) },
  'POST /api/v1/second-factor/confirm': { by: () => as('viewer'), ask: () => ({ json: { code: '0' } }), good: [422] },
  'POST /api/v1/second-factor/recovery-codes': { by: () => as('viewer'), ask: (t) => ({ json: { password: login('viewer', t).password } }), good: [410] },
  'POST /api/v1/second-factor/remove': { by: () => as('viewer'), ask: (t) => ({ json: { password: login('viewer', t).password } }), good: [410] },
  'POST /api/v1/platform/second-factor': { ask: () => ({ json: { password: demo.super_admin.password } }) },
  'POST /api/v1/platform/second-factor/confirm': { ask: () => ({ json: { code: '0' } }), good: [422] },
  'POST /api/v1/platform/second-factor/recovery-codes': { ask: () => ({ json: { password: demo.super_admin.password } }), good: [410] },
  'POST /api/v1/platform/second-factor/remove': { ask: () => ({ json: { password: demo.super_admin.password } }), good: [410] },
  // The demo's address has no name, so nothing can be begun.
  'POST /api/v1/passkeys/options': { by: () => as('viewer'), ask: (t) => ({ json: { password: login('viewer', t).password } }), good: [409] },
  'POST /api/v1/passkeys': { by: () => as('viewer'), ask: () => ({ json: { name: 'x', client_data: 'AA', attestation: 'AA' } }), good: [410] },
  'POST /api/v1/passkeys/{passkey}/remove': { by: () => as('viewer'), make: noPasskey, ask: (t) => ({ json: { password: login('viewer', t).password } }), good: [404] },
  'POST /api/v1/platform/passkeys/options': { ask: () => ({ json: { password: demo.super_admin.password } }), good: [409] },
  'POST /api/v1/platform/passkeys': { ask: () => ({ json: { name: 'x', client_data: 'AA', attestation: 'AA' } }), good: [410] },
  'POST /api/v1/platform/passkeys/{passkey}/remove': { make: noPasskey, ask: () => ({ json: { password: demo.super_admin.password } }), good: [404] },
  'POST /api/v1/members/{member}/second-factor/remove': { make: aMember, ask: () => ({ json: { reason: 'lost' } }), good: [409] },
  'PUT /api/v1/sign-in-policy': { ask: () => ({ json: { second_factor: 'nobody' }, headers: { 'if-match': '"99"' } }), good: [412] },
  'DELETE /api/v1/session': { by: () => signIn(login('owner')) },
  'DELETE /api/v1/sessions/{session}': { by: () => as('viewer'), good: [404] },
  'POST /api/v1/sessions/end-others': { by: () => as('viewer') },
  'DELETE /api/v1/platform/sessions/{session}': { good: [404] },
  'POST /api/v1/platform/sessions/end-others': {},
  'POST /api/v1/members/{member}/sessions/end': { make: aMember },
  'PUT /api/v1/session/tenant': { ask: (t) => ({ json: { id: t.id } }) },
  'POST /api/v1/platform/session': { ask: () => ({ json: { email: 'nobody@nowhere.example', password: 'x' } }), good: [401] },
  'DELETE /api/v1/platform/session': {},
  'POST /api/v1/jobs/retry': { ask: () => ({ json: probes }) },
  'POST /api/v1/jobs/{job}/retry': { make: aJob, good: [204, 409] },
  'POST /api/v1/jobs/{job}/cancel': { make: aJob, good: [204, 409] },
  'POST /api/v1/jobs/pauses': { make: noPause, ask: () => ({ json: probes }) },
  'DELETE /api/v1/jobs/pauses/{pause}': { make: aPause },
  'POST /api/v1/platform/pauses': { ask: (t) => ({ json: { tenant: t.id, ...probes } }) },
  'DELETE /api/v1/platform/pauses/{pause}': { make: anOperatorsPause },
  'POST /api/v1/platform/queues/dead/retry': { ask: () => ({ json: probes }) },
  'POST /api/v1/platform/workers/{worker}/drain': { good: [404] },
  'POST /api/v1/platform/workers/{worker}/resume': { good: [404] },
  'PUT /api/v1/platform/tenants/{tenant}/share': { make: async () => ({ tenant: home.id }), ask: () => ({ json: { weight: 1 } }) },
  'PUT /api/v1/platform/gates/{gate}': { make: async () => ({ gate: 'walker' }), ask: () => ({ json: {} }) },
  'POST /api/v1/platform/queues/probe': { ask: (t) => ({ json: { tenant: t.id, ms: 0 } }) },
  'POST /api/v1/live/ticket': {},
  'POST /api/v1/agents': { ask: () => ({ json: { name: 'Walker', extension: `w${unique()}` } }) },
  'PATCH /api/v1/agents/{agent}': { make: anAgent, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/agents/{agent}': { make: anAgent },
  'POST /api/v1/teams': { ask: () => ({ json: { name: `Walker ${unique()}` } }) },
  'PATCH /api/v1/teams/{team}': { make: aTeam, ask: () => ({ json: { agents: [] }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/teams/{team}': { make: aTeam },
  'POST /api/v1/webhooks': { ask: () => ({ json: webhook() }) },
  'PATCH /api/v1/webhooks/{webhook}': { make: aWebhook, ask: () => ({ json: { events: ['task.done'] }, headers: { 'if-match': '"2"' } }) },
  'DELETE /api/v1/webhooks/{webhook}': { make: aWebhook },
  'POST /api/v1/webhooks/{webhook}/rotate': { make: aWebhook, ask: () => ({ json: {} }) },
  'DELETE /api/v1/webhooks/{webhook}/old': { make: aRotated },
  'POST /api/v1/webhooks/{webhook}/test': { make: aWebhook, ask: () => ({ json: {} }) },
  'POST /api/v1/webhooks/{webhook}/replay': { make: aSending, ask: () => ({ json: { from: '2026-01-01T00:00:00Z' } }) },
  'POST /api/v1/webhooks/{webhook}/deliveries/{webhook_delivery}/replay': { make: aSending, ask: () => ({ json: {} }) },
  'PUT /api/v1/members/{member}/sight': { make: aMember, ask: () => ({ json: { own_teams: true } }) },
  'POST /api/v1/report-plans': { ask: () => ({ json: { name: 'Walker', every: 'day', hour: 3, format: 'csv', attach: true, active: false, readers: [MISSING] } }), good: [422] },
  'GET /api/v1/report-plans/{report}/runs': { make: aMailing },
  'PUT /api/v1/report-plans/{report}': { make: aMailing, ask: () => ({ json: { name: 'Walker', every: 'day', hour: 3, format: 'csv', attach: true, active: false, readers: [MISSING] }, headers: { 'if-match': '"1"' } }), good: [422] },
  'DELETE /api/v1/report-plans/{report}': { make: aMailing },
  'POST /api/v1/report-plans/{report}/send': { make: aMailing },
  'PUT /api/v1/my-report-plans/{report}': { make: aMailing, ask: () => ({ json: { off: true } }) },
  'GET /api/v1/report-runs/{mailing}/file': { make: aMailingSent },
  'POST /api/v1/call-reports': { ask: () => ({ json: { calls: [MISSING], format: 'md' } }), good: [404] },
  'DELETE /api/v1/tags/{tag}': { make: aTag },
  'POST /api/v1/call-tags': { ask: () => ({ json: { calls: [MISSING], tags: ['walker'], act: 'put' } }), good: [422] },
  'POST /api/v1/calls/{call}/tags': { make: aCall, ask: () => ({ json: { tag: 'walker' } }) },
  'DELETE /api/v1/calls/{call}/tags/{tag}': { make: aTag },
  'POST /api/v1/api-keys': { ask: () => ({ json: { name: 'Walker', role: 'viewer' } }) },
  'PATCH /api/v1/api-keys/{key}': { make: (o) => made(o, '/api/v1/api-keys', 'key', { json: { name: 'Walker', role: 'viewer' } }), ask: () => ({ json: { name: 'Walked' } }) },
  'DELETE /api/v1/api-keys/{key}': { make: (o) => made(o, '/api/v1/api-keys', 'key', { json: { name: 'Walker', role: 'viewer' } }) },
  'POST /api/v1/tokens': { by: async () => keyOf(home), ask: () => ({ json: { client: 'Walker' } }) },
  'POST /api/v1/tokens/refresh': { ask: () => ({ json: { refresh_token: 'rs_rt_none' } }), good: [401] },
  'POST /api/v1/tokens/revoke': { ask: () => ({ json: { token: 'rs_rt_none' } }) },
  'DELETE /api/v1/api-keys/{key}/tokens/{family}': { make: aFamily },
  'PATCH /api/v1/members/{member}': { make: aMember, ask: () => ({ json: { role: 'viewer' } }) },
  'DELETE /api/v1/members/{member}': { make: aMember },
  'POST /api/v1/roles': { ask: () => ({ json: { name: `Walker ${unique()}`, scope: 'all', permissions: ['calls.read'] } }) },
  'PATCH /api/v1/roles/{role}': { make: aRole, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/roles/{role}': { make: aRole },
  'POST /api/v1/invitations': { ask: () => ({ json: { user_name: `walker${unique()}`, role: 'viewer' } }) },
  'POST /api/v1/invitations/{invitation}/renew': { make: anInvitation },
  'DELETE /api/v1/invitations/{invitation}': { make: anInvitation },
  'POST /api/v1/join': { ask: () => ({ json: { token: 'none', name: 'Walker', password: 'walks and walks' } }), good: [410] },
  'POST /api/v1/join/look': { ask: () => ({ json: { token: 'none' } }), good: [410] },
  'POST /api/v1/join/account': { ask: () => ({ json: { token: 'none' } }), good: [410] },
  'POST /api/v1/address-change': { by: () => as('viewer'), ask: () => ({ json: { email: 'walker', password: 'x' } }), good: [422] },
  'DELETE /api/v1/address-change': { by: () => as('viewer'), good: [404] },
  'POST /api/v1/address-change/look': { ask: () => ({ json: { token: 'none' } }), good: [410] },
  'POST /api/v1/address-change/confirm': { ask: () => ({ json: { token: 'none' } }), good: [410] },
  'POST /api/v1/address-change/stop': { ask: () => ({ json: { token: 'none' } }), good: [410] },
  'POST /api/v1/password-resets': { ask: () => ({ json: { email: 'nobody@nowhere.example' } }), good: [204, 429] },
  'POST /api/v1/password-resets/look': { ask: () => ({ json: { token: 'none' } }), good: [410] },
  'POST /api/v1/password-resets/use': { ask: () => ({ json: { token: 'none', password: 'walks and walks' } }), good: [410] },
  'POST /api/v1/members/{member}/password-link': { make: aMember },
  'POST /api/v1/scorecards': { ask: () => ({ json: { body: aCard } }) },
  'PATCH /api/v1/scorecards/{scorecard}': { make: aDraft, ask: () => ({ json: { body: aCard }, ...match() }) },
  'DELETE /api/v1/scorecards/{scorecard}': { make: aDraft },
  'POST /api/v1/scorecards/{scorecard}/draft': { make: aPublished },
  'POST /api/v1/scorecards/{scorecard}/publish': { make: aDraft, ask: () => match() },
  'POST /api/v1/scorecards/{scorecard}/archive': { make: aPublished },
  'POST /api/v1/calls/{call}/reviews': { ask: () => ({ json: {} }), good: [404] },
  'PUT /api/v1/reviews/{review}': { ask: () => ({ json: { answers: [] } }), good: [404] },
  'DELETE /api/v1/reviews/{review}': { good: [404] },
  'POST /api/v1/scores/{score}/acknowledge': { good: [404] },
  'POST /api/v1/scores/{score}/dispute': { ask: () => ({ json: { text: 'Walker' } }), good: [404] },
  'POST /api/v1/scores/{score}/void': { ask: () => ({ json: { text: 'Walker' } }), good: [404] },
  'POST /api/v1/calls/{call}/coaching-plans': { make: anAgentsCall, ask: () => ({ json: plan() }) },
  'POST /api/v1/coaching-plans/{plan}/acknowledge': { make: aPlan, good: [403] },
  'POST /api/v1/coaching-plans/{plan}/end': { make: aPlan, ask: () => ({ json: { outcome: 'cancelled' } }) },
  'POST /api/v1/disputes/{dispute}/resolve': { ask: () => ({ json: { outcome: 'rejected', text: 'Walker' } }), good: [404] },
  'PUT /api/v1/scorecards/{scorecard}/assignment': { make: aDraft, ask: () => ({ json: { mode: 'decide', rules: [] }, ...match(0) }) },
  'POST /api/v1/calls/{call}/score': { make: aRecording, good: [204, 409] },
  'POST /api/v1/calibrations': { ask: () => ({ json: { name: 'Walker', scorecard: MISSING, sample: 1 } }), good: [422] },
  'DELETE /api/v1/calibrations/{calibration}': { make: aSet },
  'POST /api/v1/scorecards/{scorecard}/past-scores': { make: aDraft, ask: () => ({ json: { text: 'call,rater,score\nnone,Walker,50' } }), good: [422] },
  'DELETE /api/v1/scorecards/{scorecard}/past-scores': { make: aDraft },
  'PUT /api/v1/scorecards/{scorecard}/publish-gate': { make: aDraft, ask: () => ({ json: { within_bp: 0, calls: 20 }, ...match(0) }) },
  'POST /api/v1/scorecards/{scorecard}/reruns/{rerun}/go-on': { make: aStopped, ask: () => ({ json: { most_micro: 20 } }) },
  'POST /api/v1/scorecards/{scorecard}/reruns': { make: aDraft, ask: () => ({ json: { times: 2, calls: 1 } }), good: [422] },
  'POST /api/v1/scorecard-imports': { ask: () => ({ json: { format: 'json', text: JSON.stringify(aCard) } }) },
  'POST /api/v1/scorecard-tries': { ask: () => ({ json: { call: MISSING, body: aCard } }), good: [422] },
  'POST /api/v1/drop-folders': { ask: () => ({ json: { name: 'Walker', kind: 's3', settings: { endpoint: 'https://s3.example.test', region: 'eu-1', bucket: 'walker', access_key_id: 'I', secret_access_key: 'S' } } }) },
  'PATCH /api/v1/drop-folders/{folder}': { make: aFolder, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/drop-folders/{folder}': { make: aFolder },
  'POST /api/v1/drop-folders/{folder}/look': { make: aFolder, ask: () => ({ json: { only: true } }) },
  'POST /api/v1/drop-files/{file}/retry': { make: aFailedFile },
  'POST /api/v1/integrations': { ask: () => ({ json: { provider: 'generic', name: 'Walker', settings: {} } }) },
  'PATCH /api/v1/integrations/{integration}': { make: anIntegration, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/integrations/{integration}': { make: anIntegration },
  'POST /api/v1/integrations/{integration}/token': { make: anIntegration },
  'POST /api/v1/integrations/{integration}/rotate': { make: anIntegration, ask: () => ({ json: {} }) },
  'DELETE /api/v1/integrations/{integration}/old': { make: async (o) => {
    const made = await anIntegration(o);
    await o.send(`/api/v1/integrations/${made.integration}/rotate`, { method: 'POST', json: {} });
    return made;
  } },
  'POST /api/v1/integrations/{integration}/setup-file': { make: a3cx, ask: () => ({ json: {} }) },
  'POST /api/v1/integrations/{integration}/polls': { make: a3cx, ask: () => ({ json: { mode: 'count', from: new Date(Date.now() - 86_400_000).toISOString() } }) },
  'DELETE /api/v1/polls/{poll}': { make: aPoll },
  'POST /api/v1/integrations/{integration}/trials': { make: anIntegration, ask: () => ({ json: { kind: 'connection' } }) },
  'PUT /api/v1/integrations/{integration}/map': { make: anIntegration, ask: () => ({ json: { map: aMap }, headers: { 'if-match': '"1"' } }) },
  'POST /api/v1/integrations/{integration}/map/preview': { make: aMapped, ask: () => ({ json: { map: aMap } }) },
  'POST /api/v1/deliveries/{delivery}/replay': { make: aDelivery, ask: () => ({ json: {} }) },
  'POST /api/v1/retention-rules': { ask: () => ({ json: { kind: 'calls', days: 36_000, disposition: 'busy' } }), good: [201, 409] },
  'POST /api/v1/retention-rules/preview': { ask: () => ({ json: { kind: 'calls', days: 36_000 } }) },
  'POST /api/v1/retention-rules/run': {},
  'DELETE /api/v1/retention-rules/{rule}': { make: aRule },
  'POST /api/v1/erasures': { ask: () => ({ json: { number: '+4930123459', reason: 'Walker' } }) },
  'POST /api/v1/erasures/preview': { ask: () => ({ json: { number: '+4930123459' } }) },
  'POST /api/v1/erasures/{erasure}/run': { make: anErasure, ask: () => ({ json: {} }) },
  'POST /api/v1/legal-holds': { ask: () => ({ json: { kind: 'number', number: '+4930123457', reason: 'Walker' } }) },
  'DELETE /api/v1/legal-holds/{hold}': { make: aHold },
  'GET /api/v1/deletions/{deletion}/files': { make: aDeletion },
  'POST /api/v1/recording-conversions': { ask: () => ({ json: { mode: 'count' } }), good: [201, 409] },
  'DELETE /api/v1/recording-conversions/{conversion}': { make: aConversion, good: [204, 404] },
  'POST /api/v1/threats/blocks': { ask: () => ({ json: { network: '198.51.100.7', reason: 'Walker', hours: 1 } }) },
  'DELETE /api/v1/threats/blocks/{block}': { make: (owner) => made(owner, '/api/v1/threats/blocks', 'block', { json: { network: `2001:db8:${unique().slice(0, 4)}:${unique().slice(0, 4)}::1`, reason: 'Walker', hours: 1 } }) },
  'PATCH /api/v1/threats/settings': { ask: () => ({ json: { automatic: true, trusted: '' }, headers: { 'if-match': '"0"' } }), good: [204, 412] },
  'PUT /api/v1/oidc': { ask: () => ({ json: { active: false, name: 'Walker', issuer: 'https://id.walker.example', client_id: 'walker', domains: ['walker.example'],
    default_role: 'viewer', make_members: false, only_way: false }, headers: { 'if-match': '"0"' } }), good: [200, 412] },
  'POST /api/v1/oidc/test': {},
  'POST /api/v1/oidc/start': { ask: () => ({ json: { tenant: 'none' } }), good: [404] },
  'POST /api/v1/oidc/finish': {},
  'POST /api/v1/oidc/logout/{tenant}': { make: async () => ({ tenant: 'none' }), ask: () => ({ body: 'logout_token=none', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), good: [404] },
  'PUT /api/v1/redaction': { ask: () => ({ json: { active: false, kinds: ['card-number'], patterns: [] }, headers: { 'if-match': '"0"' } }), good: [200, 412] },
  'POST /api/v1/redaction/preview': { ask: () => ({ json: { text: 'hello', kinds: ['email'], patterns: [] } }), good: [200] },
  'POST /api/v1/redaction/runs': { ask: () => ({ json: { mode: 'count' } }), good: [201, 409] },
  'DELETE /api/v1/redaction/runs/{run}': { make: async () => ({ run: MISSING }), good: [204, 404] },
  'DELETE /api/v1/calls/{call}/originals': { make: aRecording, good: [204] },
  'POST /api/v1/replays': { make: anIntegration, ask: () => ({ json: { from: '2999-01-01T00:00:00Z' } }), good: [201, 409] },
  'DELETE /api/v1/replays/{replay}': { make: aReplay, good: [204, 404] },
  'POST /hooks/{provider}/{token}': { ask: () => ({ json: {} }), good: [404] },
  'GET /hooks/{provider}/{token}': { good: [404] },
  'POST /api/v1/calls/{call}/recordings/{recording}/retry': { make: aRecording, good: [204, 409] },
  'POST /api/v1/calls/{call}/retry': { make: aRecording, good: [204, 409] },
  'PUT /api/v1/numbers': { ask: () => ({ json: { region: '' } }) },
  'DELETE /api/v1/calls/{call}/link': { make: aRecording, good: [204, 404] },
  'POST /api/v1/calls/{call}/link': { make: aRecording },
  'GET /api/v1/integrations/{integration}/line': { good: [200, 404] },
  'POST /api/v1/calls/{call}/transcript': { make: aRecording, good: [204, 409] },
  'GET /api/v1/calls/{call}/transcript/file': { good: [200, 404] },
  'POST /api/v1/calls/{call}/transcript/turns': { make: aRecording, ask: () => ({ json: { transcript: MISSING, turn: 0, text: 'x' } }), good: [404, 412] },
  'POST /api/v1/calls/{call}/transcript/swap': { make: aRecording, ask: () => ({ json: { transcript: MISSING } }), good: [404, 412] },
  'PUT /api/v1/integrations/{integration}/channels': { make: anIntegration, ask: () => ({ json: { agent_channel: 'right' } }) },
  'POST /api/v1/speech-engines': { ask: () => ({ json: { kind: 'deepgram', name: 'Walker' } }), good: [422] }, // one in use would take the demo's calls
  'PUT /api/v1/speech-engine-order': { ask: () => ({ json: { ids: [MISSING] } }), good: [422] },
  'PATCH /api/v1/speech-engines/{engine}': { make: anEngine, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"2"' } }) },
  'DELETE /api/v1/speech-engines/{engine}': { make: anEngine },
  'POST /api/v1/speech-engines/{engine}/test': { make: anEngine },
  'POST /api/v1/speech-engines/{engine}/prices': { make: anEngine, ask: () => ({ json: { valid_from: '2026-02-01', micro_per_minute: 6000, currency: 'USD' } }) },
  'DELETE /api/v1/speech-prices/{price}': { make: aPrice },
  'POST /api/v1/language-engines': { ask: () => ({ json: { kind: 'anthropic', name: 'Walker' } }), good: [422] }, // one in use would be asked about the demo's calls
  'PUT /api/v1/language-engine-order': { ask: () => ({ json: { ids: [MISSING] } }), good: [422] },
  'PATCH /api/v1/language-engines/{engine}': { make: aModel, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"2"' } }) },
  'DELETE /api/v1/language-engines/{engine}': { make: aModel },
  'POST /api/v1/language-engines/{engine}/test': { make: aModel },
  'POST /api/v1/language-engines/{engine}/prices': { make: aModel, ask: () => ({ json: { valid_from: '2026-02-01', micro_in: 150000, micro_out: 600000, currency: 'USD' } }) },
  'DELETE /api/v1/language-prices/{price}': { make: aModelPrice },
  'PUT /api/v1/spend-cap': { ask: () => ({ json: { currency: 'USD', day_micro: 5000000 }, headers: { 'if-match': '"999"' } }), good: [412] }, // the demo keeps its own
  'POST /api/v1/speech-words': { ask: () => ({ json: { word: `walker${unique()}` } }) },
  'DELETE /api/v1/speech-words/{word}': { make: aWord },
  'POST /api/v1/speech-corrections': { ask: () => ({ json: { heard: `wolker${unique()}`, written: 'walker' } }) },
  'DELETE /api/v1/speech-corrections/{correction}': { make: aCorrection },
  'OPTIONS /api/v1/uploads': {},
  'OPTIONS /api/v1/uploads/{upload}': { make: anUpload },
  'POST /api/v1/uploads': { ask: () => ({ headers: { ...tus, 'upload-length': '4' } }) },
  'HEAD /api/v1/uploads/{upload}': { make: anUpload, ask: () => ({ headers: tus }) },
  'PATCH /api/v1/uploads/{upload}': { make: anUpload,
    ask: () => ({ headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body: 'ab' }) },
  'POST /api/v1/uploads/{upload}': { make: anUpload, ask: () => ({ headers: { ...tus, 'x-http-method-override': 'DELETE' } }) },
  'DELETE /api/v1/uploads/{upload}': { make: anUpload, ask: () => ({ headers: tus }) },
  'POST /api/v1/uploads/known': { ask: () => ({ json: { hashes: [] } }) },
  'PATCH /api/v1/integrations/{integration}/policy': { make: anIntegration, ask: () => ({ json: { analyse: { who: 'none' } }, headers: { 'if-match': '"0"' } }) },
  'POST /api/v1/integrations/{integration}/policy/runs': { make: aPolicy, ask: () => ({ json: { mode: 'count', days: 1 } }) },
  'DELETE /api/v1/policy-runs/{run}': { make: aRun, good: [204, 404] },
  'POST /api/v1/calls/{call}/analyse': { make: aCall, good: [204, 409] },
  'POST /api/v1/calls/analyse': { ask: () => ({ json: { calls: [] } }) },
  'POST /api/v1/calls': { ask: () => ({ json: handMade() }) },
  'POST /api/v1/calls/{call}/notes': { make: aCall, ask: () => ({ json: { body: 'Walked' } }) },
  'DELETE /api/v1/calls/{call}/notes/{note}': { make: aNote },
  'POST /api/v1/contacts': { ask: () => ({ json: { name: 'Walker' } }) },
  'PATCH /api/v1/contacts/{contact}': { make: aContact, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/contacts/{contact}': { make: aContact },
  // The fields are shared by all tests of the tenant: a version that is not there changes none.
  'PUT /api/v1/customer-fields': { ask: () => ({ json: ownFields(), headers: { 'if-match': '"99999"' } }), good: [412] },
  'POST /api/v1/customer-fields/try': { ask: () => ({ json: { call: MISSING, ...ownFields() } }), good: [422] },
  'POST /api/v1/customer-fields/past': { ask: () => ({ json: { days: 1 } }) },
  'PUT /api/v1/contacts/{contact}/values/{key}': { make: async (o) => ({ ...await aContact(o), key: 'name' }), ask: () => ({ json: { value: 'Walked' } }) },
  'DELETE /api/v1/contacts/{contact}/values/{key}': { make: async (o) => ({ ...await aContact(o), key: 'name' }) },
  'POST /api/v1/intents': { ask: () => ({ json: { name: 'Walker two', phrases: [] } }), good: [422] },
  'PATCH /api/v1/intents/{code}': { make: anIntent, ask: () => ({ json: { retired: true }, ...match(99_999) }), good: [412] },
  'POST /api/v1/tasks': { ask: () => ({ json: { title: 'Walker' } }) },
  'PATCH /api/v1/tasks/{task}': { make: aTask, ask: () => ({ json: { title: 'Walked' }, ...match() }) },
  'PUT /api/v1/tasks/{task}/done': { make: aTask, ask: () => ({ json: { done: true } }) },
  'DELETE /api/v1/tasks/{task}': { make: aTask },
  'POST /api/v1/trackers': { ask: () => ({ json: { name: `Walker ${unique()}`, ...tracked() } }) },
  'POST /api/v1/trackers/try': { ask: () => ({ json: { call: MISSING, ...tracked() } }), good: [422] },
  'PATCH /api/v1/trackers/{tracker}': { make: aTracker, ask: () => ({ json: { active: false }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/trackers/{tracker}': { make: aTracker },
  'POST /api/v1/trackers/{tracker}/past': { make: aTracker, ask: () => ({ json: { days: 30 } }) },
  'POST /api/v1/unknown-agents': { ask: () => ({ json: {} }), good: [422] },
};
