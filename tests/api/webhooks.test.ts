/* Webhooks to customers' own systems (TRUST.md O1 to O3, and O4 where it speaks of them): a real receiver on this machine
 * verifies with the reference library of Standard Webhooks. The second tenant's; its endpoints are gone at the end. */
import assert from 'node:assert/strict';
import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { hostname } from 'node:os';
import { lookup } from 'node:dns/promises';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { comes, ended, SHORT_TALK, spoken } from './audio.ts';
import { as, home, isProblem, other, send, someCalls, until, type Answer, type Client } from './house.ts';
import { mailsTo } from './mail.ts';
import { sql } from './queue.ts';
import { drips, floods, hangs, Receiver, status, type Got } from './receiver.ts';
import { upload } from './upload.ts';

type Json = any; // eslint-disable-line
interface Made { id: string; secret: string; public_key: string | null }
let owner: Client, receiver: Receiver;
const mine: string[] = [];

const ask = (path: string, method = 'GET', json?: unknown, headers = {}): Promise<Answer> =>
  owner.send(`/api/v1/webhooks${path}`, { method, headers, ...(json === undefined ? {} : { json }) });
async function endpoint(url: string, more: object = {}): Promise<Made> {
  const made = await ask('', 'POST', { url, events: ['task.created'], ...more });
  assert.equal(made.status, 201, made.text);
  mine.push(made.json.id);
  return made.json;
}
async function remove(...ids: string[]): Promise<void> {
  for (const id of ids) await ask(`/${id}`, 'DELETE');
}
async function task(): Promise<string> {
  const made = await owner.send('/api/v1/tasks', { method: 'POST', json: { title: 'Ring back the zebra' } });
  assert.equal(made.status, 201, made.text);
  return made.json.id;
}
const shown = async (id: string): Promise<Json> => (await ask(`/${id}`)).json;
const log = async (id: string, state = ''): Promise<Json[]> => (await ask(`/${id}/deliveries?limit=100${state && `&state=${state}`}`)).json.items;
const one = async (id: string, delivery: string): Promise<Json> => (await ask(`/${id}/deliveries/${delivery}`)).json;
async function settled(id: string, n: number): Promise<Json[]> {
  return until(`${n} deliveries of ${id} have ended`, 60_000, async () => {
    const rows = await log(id);
    return rows.length >= n && rows.every((r) => r.state !== 'waiting') && rows;
  });
}
const tells = (g: Got, id: string): boolean => g.body.includes(id);
const headersOf = (g: Got): Record<string, string> => Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((h) => [h, String(g.headers[h])]));
function verifies(g: Got, secret: string): boolean {
  try {
    new Webhook(secret).verify(g.body, headersOf(g));
    return true;
  } catch {
    return false;
  }
}
/** The scheme v1a, by Node's own ed25519. */
function verifiesBy(g: Got, publicKey: string): boolean {
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64');
  const key = createPublicKey({ format: 'der', type: 'spki', key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]) });
  const h = headersOf(g), text = Buffer.from(`${h['webhook-id']}.${h['webhook-timestamp']}.${g.body}`);
  return h['webhook-signature']!.split(' ').filter((s) => s.startsWith('v1a,')).some((s) => verify(null, text, key, Buffer.from(s.slice(4), 'base64')));
}
/** As if the time of its next try had come: the sweeper finds what is due for a minute. */
const due = (delivery: string, more = ''): Promise<string[]> =>
  sql(`update job set run_at = now() - interval '61 seconds' ${more} where kind = 'webhooks.send' and state = 'queued' and args->>'delivery' = '${delivery}' returning id`);
/** As if the endpoint had rested long enough. */
const rested = (id: string): Promise<string[]> => sql(`update job_gate set closed_until = null, failures = 0 where name = 'webhook:${id}'`);
const waits = async (delivery: string): Promise<number> =>
  Number((await sql(`select extract(epoch from j.run_at - a.at) from job j, webhook_attempt a where j.state = 'queued' and j.args->>'delivery' = '${delivery}'
    and a.delivery_id = '${delivery}' order by a.id desc limit 1`))[0]);

before(async () => {
  owner = await as('owner', other);
  receiver = await new Receiver().start();
  for (const w of (await ask('')).json.items) await remove(w.id); // of a run that was broken off
});
after(async () => {
  await remove(...mine);
  receiver.stop();
});

test('an endpoint is made, changed and removed; its secret is shown once and is the one that signs', { timeout: 120_000 }, async () => {
  const made = await endpoint(`${receiver.base}/first`, { description: 'The CRM' });
  assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{43}=$/, '32 random bytes');
  assert.equal(made.public_key, null);
  const list = await ask(''), whole = await ask(`/${made.id}`);
  assert(!list.text.includes(made.secret) && !whole.text.includes(made.secret), 'shown once');
  assert.equal(list.json.most, 20);
  assert.deepEqual(list.json.items.find((w: Json) => w.id === made.id).events, ['task.created']);
  const [kept] = await sql(`select encode(sealed, 'escape') from webhook_endpoint where id = '${made.id}'`);
  assert(!kept!.includes(made.secret.slice(6, 30)), 'sealed');
  const id = await task();
  const got = await until('the task is told', 30_000, async () => receiver.at('/first').find((g) => tells(g, id)));
  assert(verifies(got, made.secret) && !verifies(got, `whsec_${Buffer.alloc(32, 7).toString('base64')}`));
  assert.equal(got.headers['content-type'], 'application/json');
  isProblem(await ask(`/${made.id}`, 'PATCH', { active: false }), 428);
  isProblem(await ask(`/${made.id}`, 'PATCH', { active: false }, { 'if-match': '"77"' }), 412);
  const off = await ask(`/${made.id}`, 'PATCH', { active: false, events: [] }, { 'if-match': whole.headers.etag });
  assert.deepEqual([off.status, off.json.state, off.json.events], [200, 'off', []]);
  await task();
  assert.equal((await settled(made.id, 1)).length, 1, 'off: nothing is kept');
  assert.equal((await ask(`/${made.id}`, 'DELETE')).status, 204);
  for (const path of ['', '/deliveries']) isProblem(await ask(`/${made.id}${path}`), 404);
  assert.equal((await sql(`select octet_length(sealed) from webhook_endpoint where id = '${made.id}'`))[0], '0', 'its secret is gone');
});

test('wrong input is named with its cure; twenty endpoints and no more', { timeout: 120_000 }, async () => {
  for (const [json, field, word] of [
    [{ url: `${receiver.base}/x`, events: ['call.exploded'] }, 'events', /call\.exploded.*call\.received/],
    [{ url: 'not an address' }, 'url', /./], [{ url: 'https://user:word@example.com/' }, 'url', /./], [{ url: 'ftp://example.com/x' }, 'url', /https/],
  ] as const) {
    const bad = await ask('', 'POST', json);
    isProblem(bad, 422, 'bad_input');
    assert.match(bad.json.fields[field], word);
  }
  const many: string[] = [];
  const have = (await ask('')).json.items.length;
  for (let n = have; n < 20; n++) many.push((await endpoint(`${receiver.base}/many`, { active: false })).id);
  const over = await ask('', 'POST', { url: `${receiver.base}/many` });
  isProblem(over, 409, 'conflict');
  assert.match(over.json.detail, /20 endpoints.*remove one/);
  await remove(...many);
});

test('addresses inside are refused when given, and when a name or a redirect leads there', { timeout: 180_000 }, async () => {
  for (const url of ['https://10.1.2.3/hook', 'https://192.168.0.9/', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/', 'https://[fd00::1]/x',
    'https://[::ffff:10.0.0.1]/', 'https://100.64.0.1/', 'https://0.0.0.0/', 'https://2130706434/', 'https://0x7f.0.0.2/', 'https://017700000002/', 'https://127.1.1.1/',
    'https://198.51.100.7:6379/', 'https://224.0.0.1/', 'http://198.51.100.7/hook']) {
    const bad = await ask('', 'POST', { url });
    isProblem(bad, 422, 'bad_input');
    assert.match(bad.json.fields.url, /RINGSIGHT_EGRESS_ALLOW.*webhook|https/, url);
  }
  const names = ['ip6-localhost', hostname()];
  for (const name of names) {
    const where = await lookup(name, { all: true }).catch(() => []);
    if (!where.length || where.some((x) => x.address === '127.0.0.1')) {
      console.log(`# ${name} is no name of another inner address here; tests/unit/net_http.c has such names`);
      continue;
    }
    const { port } = new URL(receiver.base), made = await endpoint(`http://${name}:${port}/inside`);
    const sent = (await ask(`/${made.id}/test`, 'POST', {})).json.id;
    const row = await until('refused', 60_000, async () => { const d = await one(made.id, sent); return d.state === 'failed' && d; });
    assert.match(row.tries[0].error, /lies in a network.*RINGSIGHT_EGRESS_ALLOW|https only/, name);
    await remove(made.id);
  }
  const away = receiver.answers('/away', status(302, { location: `${receiver.base}/behind` })), made = await endpoint(away);
  const sent = (await ask(`/${made.id}/test`, 'POST', {})).json.id;
  const row = await until('the redirect has failed', 60_000, async () => { const d = await one(made.id, sent); return d.state === 'failed' && d; });
  assert.deepEqual([row.tries.length, row.status], [1, 302]);
  assert.match(row.reason, /redirect/);
  assert.equal(receiver.at('/behind').length + receiver.at('/inside').length, 0, 'nobody came there');
  await remove(made.id);
});

/** In all two times as many and one; TEST_DELIVERIES=500 sends 1,001. */
const half = Number(process.env.TEST_DELIVERIES ?? 50);

test('O1: every delivery verifies by both schemes, during a change of secrets by either', { timeout: 240_000 + half * 2_000 }, async () => {
  const path = '/o1', made = await endpoint(`${receiver.base}${path}`, { ed25519: true });
  assert.match(made.public_key!, /^whpk_[A-Za-z0-9+/]{43}=$/);
  const [first, second] = [[] as string[], [] as string[]];
  for (let n = 0; n < half; n++) first.push(await task());
  await until('the first are told', 120_000 + half * 500, async () => first.every((id) => receiver.at(path).some((g) => tells(g, id))));
  const rotated = await ask(`/${made.id}/rotate`, 'POST', {});
  assert.equal(rotated.status, 201, rotated.text);
  assert.notEqual(rotated.json.secret, made.secret);
  const hours = (Date.parse(rotated.json.old_until) - Date.now()) / 3_600_000;
  assert(hours > 23.9 && hours <= 24.01, `${hours} h`);
  isProblem(await ask(`/${made.id}/rotate`, 'POST', {}), 409, 'conflict');
  for (let n = 0; n < half; n++) second.push(await task());
  await until('the others are told', 120_000 + half * 500, async () => second.every((id) => receiver.at(path).some((g) => tells(g, id))));
  const got = receiver.at(path);
  assert.equal(new Set(got.map((g) => g.headers['webhook-id'])).size, 2 * half, 'an id for each event');
  for (const g of got) {
    const late = second.some((id) => tells(g, id));
    assert(verifies(g, made.secret) && verifiesBy(g, made.public_key!), 'the secret from the beginning');
    assert.equal(verifies(g, rotated.json.secret), late, 'the new one from then on');
    assert.equal(verifiesBy(g, rotated.json.public_key), late);
    assert.equal(String(g.headers['webhook-signature']).split(' ').length, late ? 4 : 2);
    assert(Math.abs(Number(g.headers['webhook-timestamp']) - g.at / 1000) < 30, 'the time of this attempt');
  }
  assert.equal((await shown(made.id)).old_public_key, made.public_key);
  assert.equal((await ask(`/${made.id}/old`, 'DELETE')).status, 204);
  isProblem(await ask(`/${made.id}/old`, 'DELETE'), 404);
  const id = await task(), last = await until('one more', 60_000, async () => receiver.at(path).find((g) => tells(g, id)));
  assert(!verifies(last, made.secret) && verifies(last, rotated.json.secret), 'the old one is ended');
  console.log(`# O1 figure: ${got.length + 1} deliveries verified by both schemes, across a change of secrets`);
  await remove(made.id);
});

test('a call is told from its coming to its review, by ids, times and figures, never by words', { timeout: 400_000 }, async () => {
  const path = '/calls', made = await endpoint(`${receiver.base}${path}`, { events: [] });
  const audio = await spoken(SHORT_TALK);
  for (let i = 44; i < 60; i++) audio[i] = Math.floor(Math.random() * 8);
  const call = await upload(owner, audio, { filename: 'call.wav', direction: 'inbound' });
  await comes(call, 240_000, ended, other);
  const wanted = ['call.received', 'recording.ready', 'transcript.ready', 'call.scored'];
  const own = (): Got[] => receiver.at(path).filter((g) => tells(g, call));
  await until('all of them', 60_000, async () => wanted.every((type) => own().some((g) => JSON.parse(g.body).type === type)));
  for (const g of own()) {
    assert(verifies(g, made.secret));
    const { type, timestamp, data } = JSON.parse(g.body);
    assert(g.body.length <= 20_480 && Date.parse(timestamp) > 0);
    if (type.startsWith('task.')) continue;
    assert.deepEqual([data.call_id, data.direction], [call, 'inbound'], type);
    assert(data.url.endsWith(`/calls/${call}`) && /^https?:/.test(data.url));
    assert.doesNotMatch(g.body, /recorded|thank|morning|help you/i, `${type} has words of the call`);
    if (type === 'call.scored') assert.equal(typeof data.score.state, 'string');
    if (type === 'recording.ready') assert(data.recording.duration_ms > 1000);
  }
  const own2 = `wh-${randomUUID()}`, start = new Date(Date.now() - 60_000).toISOString();
  const hook = new URL(other.hooks.generic).pathname;
  for (const more of [{}, { ended_at: new Date().toISOString(), duration: 60 }])
    assert.equal((await send(hook, { method: 'POST', json: { call_id: own2, direction: 'inbound', from: '+442079460101', to: '+442079460100', started_at: start, ...more } })).status, 200);
  const told = await until('a call of the phone system is told and told as ended', 60_000, async () => {
    const of = receiver.at(path).filter((g) => tells(g, own2)).map((g) => JSON.parse(g.body));
    return ['call.received', 'call.updated'].every((type) => of.some((e) => e.type === type)) && of;
  });
  const over = told.find((e) => e.type === 'call.updated').data;
  assert.deepEqual([over.from, over.provider_call_id], ['+442079460101', own2]);
  assert(Date.parse(over.ended_at) > Date.parse(over.started_at));
  const id = await task();
  assert.equal((await owner.send(`/api/v1/tasks/${id}/done`, { method: 'PUT', json: { done: true } })).status, 204);
  await until('done is told', 60_000, async () => receiver.at(path).some((g) => tells(g, id) && JSON.parse(g.body).type === 'task.done'));
  assert(receiver.at(path).every((g) => !g.body.includes('zebra')), 'nor the words of a task');
  await remove(made.id);
});

test('a review is told once it is given, with its score', { timeout: 240_000 }, async () => {
  const path = '/reviews', made = await endpoint(`${receiver.base}${path}`, { events: ['review.completed'] });
  const reviewer = await as('manager', other);
  let review: Json, call = '';
  for (const c of (await someCalls(other)).filter((x) => x.score_bp !== null)) {
    const begun = await reviewer.send(`/api/v1/calls/${c.id}/reviews`, { method: 'POST', json: {} });
    if (begun.status !== 201) continue; // reviewed before
    review = (await reviewer.send(`/api/v1/reviews/${begun.json.id}`)).json;
    call = c.id;
    break;
  }
  assert(review, 'a call that was not reviewed');
  const answers = review.body.sections.flatMap((x: Json) => x.questions).map((q: Json) => ({ key: q.key, answer: 'yes', comment: 'heard' }));
  const submitted = await reviewer.send(`/api/v1/reviews/${review.id}`, { method: 'PUT', json: { answers } });
  assert.equal(submitted.status, 204, submitted.text);
  const got = await until('the review is told', 60_000, async () => receiver.at(path).find((g) => tells(g, review.id)));
  const { type, data } = JSON.parse(got.body);
  assert.deepEqual([type, data.review_id, data.call_id, data.score_bp], ['review.completed', review.id, call, 10_000]);
  assert(!got.body.includes('heard'));
  assert.equal((await owner.send(`/api/v1/scores/${data.score_id}/void`, { method: 'POST', json: { text: 'A test' } })).status, 204);
  await remove(made.id);
});

/** What holds slots for long for reasons of its own rests meanwhile: this is about receivers. */
async function alone<T>(what: () => Promise<T>): Promise<T> {
  const kinds = ['dropfolders.look', 'transcripts.run', 'integrations.poll', 'recordings.fetch'];
  const ids = await sql(`insert into job_pause (id, kind, reason) select gen_random_uuid(), k, 'webhooks.test' from unnest('{${kinds.join()}}'::text[]) k
    on conflict do nothing returning id`);
  try {
    await until('what holds slots has ended', 120_000, async () =>
      (await sql(`select count(*) from job where state = 'running' and kind <> 'webhooks.send'`))[0] === '0');
    return await what();
  } finally {
    await sql(`delete from job_pause where id = any('{${ids.join()}}')`);
  }
}

test('O2: who hangs, drips or floods slows nobody else; answers are cut', { timeout: 400_000 }, () => alone(async () => {
  const took = { bytes: 0 }, good = Array.from({ length: 6 }, (_, n) => `/good${n}`);
  const hang = await endpoint(receiver.answers('/hang', hangs)), drip = await endpoint(receiver.answers('/drip', drips));
  const flood = await endpoint(receiver.answers('/flood', floods(took)));
  const others = await Promise.all(good.map((path) => endpoint(`${receiver.base}${path}`)));
  const born = new Map<string, number>(), times: number[] = [];
  for (let n = 0; n < 8; n++) born.set(await task(), Date.now());
  await until('all others have all', 60_000, async () => good.every((path) => receiver.at(path).length >= born.size));
  for (const path of good)
    for (const [id, at] of born) times.push(receiver.at(path).find((g) => tells(g, id))!.at - at);
  times.sort((x, y) => x - y);
  const p99 = times[Math.floor(times.length * 0.99)]!;
  console.log(`# O2: ${times.length} deliveries to others, median ${times[times.length >> 1]} ms, 99th percentile ${p99} ms`);
  assert(p99 <= 5_000 * Number(process.env.RINGSIGHT_TEST_PATIENCE ?? 1), `${p99} ms`);
  const rows = await until('the flood is over', 60_000, async () => { const all = await log(flood.id, 'delivered'); return all.length === born.size && all; });
  assert(took.bytes < 16 << 20, `${took.bytes} bytes were taken of gigabytes`);
  const first = await one(flood.id, rows[0].id);
  assert.deepEqual([first.tries[0].status, first.tries[0].answer.length], [200, 1000], 'the beginning of the answer is kept');
  for (const bad of [hang, drip]) {
    const tried = await until('its time is over', 60_000, async () => (await log(bad.id)).find((d) => d.attempts > 0));
    const { tries } = await one(bad.id, tried.id);
    assert(tries[0].ms >= 14_000 && tries[0].ms < 25_000, `${tries[0].ms} ms`);
    assert.match(tries[0].error, /did not answer in time/);
  }
  assert((await log(hang.id, 'waiting')).length >= 6, 'the others wait, without a try');
  assert(Number((await sql(`select count(*) from job where kind = 'webhooks.send' and state = 'running' and gate = 'webhook:${hang.id}'`))[0]) <= 1);
  await remove(hang.id, drip.id, flood.id, ...others.map((o) => o.id));
}));

test('the queue of one endpoint is bounded: what is over is held', { timeout: 120_000 }, async () => {
  const made = await endpoint(`${receiver.base}/full`);
  await sql(`with e as (insert into webhook_event (tenant_id, id, type, body) values ('${other.id}', gen_random_uuid(), 'task.created', '{}') returning tenant_id, id)
    insert into webhook_delivery (tenant_id, id, endpoint_id, event_id, state) select e.tenant_id, gen_random_uuid(), '${made.id}', e.id, 'waiting' from e, generate_series(1, 5000)`);
  await task();
  const [held] = await until('it is held', 30_000, async () => { const rows = await log(made.id, 'held'); return rows.length > 0 && rows; });
  assert.match(held.reason, /5,000/);
  assert.equal(receiver.at('/full').length, 0);
  await remove(made.id);
  await sql(`delete from webhook_event where tenant_id = '${other.id}' and body = '{}'`);
});

test('O3: ten tries over 75 hours, each under the same id and with its own time', { timeout: 400_000 }, async () => {
  const path = '/broken', made = await endpoint(receiver.answers(path, status(500, {}, 'no\u0000pe')));
  const id = await task(), [row] = await until('a delivery', 30_000, async () => { const rows = await log(made.id); return rows.length > 0 && rows; });
  let total = 0;
  const steps = [5, 25, 125, 625, 3125, 15_625, 78_125, 86_400, 86_400];
  for (const [n, seconds] of steps.entries()) {
    await until(`try ${n + 1}`, 60_000, async () => (await one(made.id, row.id)).attempts > n);
    const pause = await until('it waits', 30_000, async () => (await waits(row.id)) || undefined);
    assert(pause >= seconds * 0.79 && pause <= seconds * 1.21 + 3, `after try ${n + 1}: ${pause} s, ${seconds} s were meant`);
    if (n === 0) {
      const d = await one(made.id, row.id);
      assert.deepEqual([d.state, d.status, d.tries[0].answer], ['waiting', 500, 'no.pe']);
      assert(Math.abs(Date.parse(d.next_at) - Date.parse(d.tries[0].at) - pause * 1000) < 3_000, 'the page tells when');
    }
    total += pause;
    await rested(made.id);
    await due(row.id);
  }
  assert(total > 60 * 3600 && total < 91 * 3600, `${total / 3600} h`);
  const end = await until('given up', 60_000, async () => { const d = await one(made.id, row.id); return d.state === 'failed' && d; });
  assert.deepEqual([end.attempts, end.tries.length, end.next_at], [10, 10, null]);
  await until('no dead job is left to alarm whoever runs the service', 30_000, async () =>
    (await sql(`select count(*) from job where args->>'delivery' = '${row.id}'`))[0] === '0');
  const got = receiver.at(path).filter((g) => tells(g, id));
  assert.equal(new Set(got.map((g) => g.headers['webhook-id'])).size, 1);
  assert(got.every((g) => verifies(g, made.secret)), 'each with a timestamp of its own, or it would be too old');
  receiver.answers(path, status(204));
  await rested(made.id);
  const again = await ask(`/${made.id}/deliveries/${row.id}/replay`, 'POST', {});
  assert.equal(again.status, 204, again.text);
  const well = await until('delivered now', 60_000, async () => { const d = await one(made.id, row.id); return d.state === 'delivered' && d; });
  assert.equal(well.attempts, 11);
  assert.equal(receiver.at(path).at(-1)!.headers['webhook-id'], got[0]!.headers['webhook-id'], 'a replay has the same id');
  assert.equal((await shown(made.id)).failing_since, null);
  await remove(made.id);
});

test('O3: Retry-After is kept to, a certificate nobody knows fails, 410 switches off at once', { timeout: 240_000 }, async () => {
  for (const [code, seconds] of [[429, 120], [503, 1800], [502, 90], [504, 3600]] as const) {
    const made = await endpoint(receiver.answers(`/busy${code}`, status(code, { 'retry-after': String(seconds) })));
    await task();
    const row = await until(`${code} is noted`, 60_000, async () => (await log(made.id)).find((d) => d.attempts > 0));
    const pause = await until('it waits', 30_000, async () => (await waits(row.id)) || undefined);
    assert(Math.abs(pause - seconds) < 5, `${code}: ${pause} s`);
    const [shut] = await sql(`select extract(epoch from closed_until - now()) from job_gate where name = 'webhook:${made.id}'`);
    assert(Number(shut) > Math.min(seconds, 3600) - 60, 'and for all that waits for it');
    await remove(made.id);
  }
  const gone = await endpoint(receiver.answers('/gone', status(410)), { description: 'Gone' });
  await task();
  const off = await until('switched off', 60_000, async () => { const w = await shown(gone.id); return w.state === 'disabled' && w; });
  assert.match(off.state_reason, /410/);
  assert.equal(receiver.at('/gone').length, 1);
  const tls = await endpoint(receiver.base.replace('http:', 'https:'));
  const sent = (await ask(`/${tls.id}/test`, 'POST', {})).json.id;
  const row = await until('no TLS there', 60_000, async () => { const d = await one(tls.id, sent); return d.state === 'failed' && d; });
  assert.deepEqual([row.status, row.tries.length], [null, 1]);
  assert.equal((await shown(tls.id)).failing_since, null, 'a test counts for nothing');
  await remove(tls.id, gone.id);
});

test('O3: five days of nothing but failure switch it off with a notice; a time is replayed once it is on again', { timeout: 300_000 }, async () => {
  const path = '/five', made = await endpoint(receiver.answers(path, status(500)));
  const boss = other.users.find((u) => u.role === 'owner')!.email, before = (await mailsTo(boss)).length;
  const since = new Date(Date.now() - 60_000).toISOString(), first = await task();
  const row = await until('it fails', 60_000, async () => (await log(made.id)).find((d) => d.attempts > 0));
  const failing = await until('since when', 30_000, async () => (await shown(made.id)).failing_since);
  assert(Math.abs(Date.parse(failing) - Date.now()) < 120_000);
  await sql(`update webhook_endpoint set failing_since = now() - interval '4 days 23 hours' where id = '${made.id}'`);
  await rested(made.id);
  await due(row.id);
  await until('once more', 60_000, async () => (await one(made.id, row.id)).attempts > 1);
  assert.equal((await shown(made.id)).state, 'on', 'not a day too early');
  await sql(`update webhook_endpoint set failing_since = now() - interval '5 days 1 minute' where id = '${made.id}'`);
  await rested(made.id);
  await due(row.id);
  const off = await until('switched off', 60_000, async () => { const w = await shown(made.id); return w.state === 'disabled' && w; });
  assert.match(off.state_reason, /five days/);
  const mail = await until('a mail to the owner', 60_000, async () => (await mailsTo(boss)).slice(before).find((m) => m.text?.includes(`/webhooks/${made.id}`)));
  assert.match(mail.text!, /five days/);
  assert(mail.text!.includes(path) && !mail.raw.includes(made.secret));
  const audit = (await owner.send('/api/v1/audit?limit=50')).json.items.find((e: Json) => e.act === 'Webhook switched off' && e.objects.webhook === made.id);
  assert.deepEqual([audit.actor_kind, audit.actor], ['service', 'Ringsight']);
  const second = await task(); // while it is off
  await until('both are held', 30_000, async () => (await log(made.id, 'held')).length === 2);
  isProblem(await ask(`/${made.id}/replay`, 'POST', { from: since }), 409, 'conflict');
  receiver.answers(path, status(200));
  await rested(made.id);
  const on = await ask(`/${made.id}`, 'PATCH', { active: true }, { 'if-match': `"${(await shown(made.id)).version}"` });
  assert.deepEqual([on.status, on.json.state, on.json.failing_since], [200, 'on', null]);
  const n = receiver.at(path).length;
  const replayed = await ask(`/${made.id}/replay`, 'POST', { from: since });
  assert.deepEqual(replayed.json, { replayed: 2, more: false });
  await until('both are told', 60_000, async () => [first, second].every((id) => receiver.at(path).slice(n).some((g) => tells(g, id) && verifies(g, made.secret))));
  await settled(made.id, 2);
  assert.equal((await ask(`/${made.id}/replay`, 'POST', { from: since })).json.replayed, 0, 'what was delivered is not, unless asked for');
  assert.equal((await ask(`/${made.id}/replay`, 'POST', { from: since, delivered: true })).json.replayed, 2);
  isProblem(await ask(`/${made.id}/replay`, 'POST', { from: since, to: since }), 422, 'bad_input');
  await remove(made.id);
});

test('another tenant, and who may not, see and do nothing', { timeout: 60_000 }, async () => {
  const made = await endpoint(`${receiver.base}/own`);
  const sent = (await ask(`/${made.id}/test`, 'POST', {})).json.id;
  await settled(made.id, 1);
  const stranger = await as('owner', home), manager = await as('manager', other);
  for (const [path, method] of [['', 'GET'], ['', 'DELETE'], ['/test', 'POST'], ['/rotate', 'POST'], ['/deliveries', 'GET'], [`/deliveries/${sent}`, 'GET'], [`/deliveries/${sent}/replay`, 'POST']] as const) {
    const of = `/api/v1/webhooks/${made.id}${path}`, how = { method, ...(method === 'POST' ? { json: {} } : {}) };
    isProblem(await stranger.send(of, how), 404, 'not_found');
    isProblem(await manager.send(of, how), 403, 'forbidden');
  }
  assert(!(await stranger.send('/api/v1/webhooks')).text.includes(made.id));
  assert.equal((await shown(made.id)).state, 'on');
  await remove(made.id);
});

test('after thirty days the log is cleared, and what was deleted is gone', { timeout: 120_000 }, async () => {
  const made = await endpoint(`${receiver.base}/old`), keeps = await endpoint(`${receiver.base}/old`);
  await task();
  await settled(made.id, 1);
  const old = `019${'0'.repeat(5)}-0000-7000-8000-${randomUUID().slice(-12)}`; // an id of January 2025
  await sql(`insert into webhook_event (tenant_id, id, type, body) values ('${other.id}', '${old}', 'task.created', '{"old":1}')`);
  await sql(`insert into webhook_delivery (tenant_id, id, endpoint_id, event_id, state) values ('${other.id}', '${old}', '${keeps.id}', '${old}', 'failed')`);
  await settled(keeps.id, 2);
  await remove(made.id);
  await sql(`delete from webhook_event e using webhook_delivery d where d.endpoint_id = '${made.id}' and e.tenant_id = d.tenant_id and e.id = d.event_id`);
  await sql(`update schedule set next_at = now() where kind = 'webhooks.purge' and tenant_id = '${other.id}'`);
  await until('it is cleared', 60_000, async () => (await sql(`select count(*) from webhook_event where id = '${old}'`))[0] === '0');
  await until('and the endpoint', 30_000, async () => (await sql(`select count(*) from webhook_endpoint where id = '${made.id}'`))[0] === '0');
  assert.equal((await ask(`/${keeps.id}`)).status, 200);
  await remove(keeps.id);
});
