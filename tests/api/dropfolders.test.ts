/* Drop folders of all three kinds: a file that lies still becomes a call or joins the one it belongs
 * to, once; one that is still being sent is left alone; what is wrong is said in words. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { S3 } from '../providers/sim/s3.mjs';
import { Sftp } from '../providers/sim/sftp.mjs';
import { wav } from './audio.ts';
import { as, facts, home, isProblem, keyOf, other, sleep, until, type Answer, type Client } from './house.ts';
import { sql } from './queue.ts';

const ROOT = '/api/v1/drop-folders';
const base = join(dirname(resolve(facts)), 'drop', home.slug, `t${randomBytes(4).toString('hex')}`);
const made: string[] = [];
const s3 = new S3({ bucket: 'pbx-files' });
const sftp = new Sftp();
let owner: Client;

/** Two seconds of noise that no other file has. */
const sound = (): Buffer => wav(randomBytes(64_000));
const number = (): string => `0207${String(randomInt(10_000_000)).padStart(7, '0')}`;
/** What the server's user may write and move. */
function give(path: string): void {
  const { uid, gid } = statSync(join(dirname(resolve(facts)), 'keys'));
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${uid}:${gid}`, path]);
}
function put(folder: string, name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  give(folder);
  return path;
}

async function create(given: object): Promise<Answer> {
  const answer = await owner.send(ROOT, { method: 'POST', json: { name: 'Test', stable_s: 1, ...given } });
  if (answer.status === 201) made.push(answer.json.id);
  return answer;
}
async function folderOf(kind: string, settings: object, more: object = {}): Promise<string> {
  const answer = await create({ kind, settings, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}
const local = (path: string, more: object = {}, settings: object = {}): Promise<string> => {
  mkdirSync(path, { recursive: true });
  give(base);
  return folderOf('local', { path, every_min: '60', wait_min: '0', ...settings }, more);
};
const look = (id: string, only = false): Promise<Answer> => owner.send(`${ROOT}/${id}/look`, { method: 'POST', json: only ? { only } : {} });
const shown = async (id: string): Promise<any> => (await owner.send(`${ROOT}/${id}`)).json;
const files = async (id: string): Promise<any[]> => (await owner.send(`/api/v1/drop-files?folder=${id}&limit=100`)).json.items;
const file = async (id: string, name: string): Promise<any> => (await files(id)).find((f) => f.name === name);
/** Looks again and again until the file is in that state. */
const becomes = (id: string, name: string, state: string, ms = 30_000): Promise<any> => until(`${name} is ${state}`, ms, async () => {
  const f = await file(id, name);
  if (f?.state === state) return f;
  if (state !== f?.state && (f?.state === 'done' || f?.state === 'failed' || f?.state === 'duplicate')) throw new Error(`${name} is ${f.state}: ${f.reason}`);
  await look(id);
  await sleep(200);
  return false;
});
const callOf = (id: string): Promise<any> => owner.send(`/api/v1/calls/${id}`).then((a) => a.json);
const playable = (call: string): Promise<any> => until('the recording is decoded', 30_000, async () => {
  const { recordings } = await callOf(call);
  return recordings.find((r: any) => r.state === 'ready');
});

before(async () => {
  owner = await as('owner');
  await s3.listen();
  await sftp.start();
});
after(async () => {
  for (const id of made) await owner.send(`${ROOT}/${id}`, { method: 'DELETE' });
  await s3.close();
  await sftp.remove();
  rmSync(base, { recursive: true, force: true });
});

test('a file becomes a call with what its name tells, is played, and is moved to done/', { timeout: 180_000 }, async () => {
  const path = join(base, 'a'), from = number(), bytes = sound(), name = `2026/07/201_20260703_091500_${from}.wav`;
  const id = await local(path, { pattern: '{agent}_{date:%Y%m%d}_{time:%H%M%S}_{number}', zone: 'Europe/Berlin' });
  put(path, name, bytes);
  const done = await becomes(id, name, 'done');
  const call = await callOf(done.call_id);
  assert.equal(call.started_at, '2026-07-03T07:15:00Z');
  assert.equal(call.from_number, from);
  assert.equal(call.to_number, '201');
  const recording = await playable(done.call_id);
  const heard = await owner.send(`/api/v1/calls/${done.call_id}/recordings/${recording.id}`);
  assert(heard.bytes.equals(bytes));
  assert.match(String(heard.headers['content-disposition']), /201_20260703_091500/);
  await until('it is moved', 20_000, async () => existsSync(join(path, 'done', name)));
  assert(!existsSync(join(path, name)));
  assert.equal((await owner.send(`/api/v1/calls?recording=true&number=${from}`)).json.items.length, 1, 'it is found among the calls with a recording');
});

test('what is still being sent is left alone until it lies still', { timeout: 180_000 }, async () => {
  const path = join(base, 'b'), bytes = sound();
  const id = await local(path);
  put(path, 'x.wav.part', bytes.subarray(0, 10_000));
  put(path, '.hidden.wav', bytes);
  put(path, 'notes.txt', 'hello');
  const growing = put(path, 'slow.wav', bytes.subarray(0, 1000));
  for (let i = 1; i <= 4; i++) {
    await look(id);
    await sleep(700);
    appendFileSync(growing, bytes.subarray(i * 1000, i === 4 ? bytes.length : (i + 1) * 1000));
    assert.notEqual((await file(id, 'slow.wav'))?.state, 'done');
  }
  const done = await becomes(id, 'slow.wav', 'done');
  assert.equal(done.size, bytes.length);
  assert.deepEqual((await files(id)).map((f) => f.name), ['slow.wav'], 'nothing else was even looked at');
  const recording = await playable(done.call_id);
  assert.equal((await owner.send(`/api/v1/calls/${done.call_id}/recordings/${recording.id}`)).bytes.length, bytes.length);
  renameSync(join(path, 'x.wav.part'), join(path, 'x.wav'));
  await becomes(id, 'x.wav', 'done');
});

test('no name leads out of the folder, and none of another company is taken', { timeout: 120_000 }, async () => {
  const path = join(base, 'c');
  for (const [where, what] of [['/etc', /operator/], [join(base, '../../brightline'), /operator/], ['relative', /whole path/], [`${dirname(resolve(facts))}/drop/${home.slug}x`, /operator/]] as const) {
    const answer = await create({ kind: 'local', settings: { path: where } });
    isProblem(answer, 422, 'bad_input');
    assert.match(answer.text, what);
  }
  const id = await local(path);
  symlinkSync('/etc', join(path, 'etc'));
  symlinkSync('/etc/hostname', join(path, 'link.wav'));
  put(path, 'real.wav', sound());
  await becomes(id, 'real.wav', 'done');
  assert.deepEqual((await files(id)).map((f) => f.name), ['real.wav']);
  symlinkSync('/', join(base, 'out'));
  const out = await folderOf('local', { path: join(base, 'out', 'etc') });
  await until('the look says so', 20_000, async () => (await shown(out)).state === 'attention');
  assert.match((await shown(out)).state_reason, /cannot be opened/);
  isProblem(await keyOf(other).send(`${ROOT}/${id}`), 404, 'not_found');
});

test('the same recording twice is one call, and a changed file under a known name is new', { timeout: 180_000 }, async () => {
  const path = join(base, 'd'), bytes = sound();
  const id = await local(path, { after_taking: 'keep' });
  put(path, 'one.wav', bytes);
  const one = await becomes(id, 'one.wav', 'done');
  put(path, 'two.wav', bytes);
  const two = await becomes(id, 'two.wav', 'duplicate');
  assert.equal(two.call_id, one.call_id);
  assert(existsSync(join(path, 'one.wav')), 'kept where it was');
  await look(id);
  await sleep(500);
  assert.equal((await file(id, 'one.wav')).state, 'done', 'not taken again');
  put(path, 'one.wav', sound());
  await until('taken anew', 30_000, async () => { await look(id); await sleep(200); const f = await file(id, 'one.wav'); return f.state === 'done' && f.call_id !== one.call_id; });
});

test('a JSON file beside it tells more; one that cannot be read fails with its reason beside, and can be tried again', { timeout: 180_000 }, async () => {
  const path = join(base, 'e'), to = number();
  const id = await local(path, {}, { sidecar: '1' });
  put(path, 'good.wav.json', JSON.stringify({ agent: '205', number: to, direction: 'outbound', started_at: '2026-05-01T10:00:00Z' }));
  put(path, 'good.wav', sound());
  const call = await callOf((await becomes(id, 'good.wav', 'done')).call_id);
  assert.deepEqual([call.direction, call.from_number, call.to_number, call.started_at], ['outbound', '205', to, '2026-05-01T10:00:00Z']);
  put(path, 'bad.json', '{"agent": ');
  put(path, 'bad.wav', sound());
  const failed = await becomes(id, 'bad.wav', 'failed');
  assert.match(failed.reason, /JSON file beside it cannot be read/);
  await until('it is moved to failed/', 20_000, async () => existsSync(join(path, 'failed/bad.wav.reason.txt')));
  assert.match(readFileSync(join(path, 'failed/bad.wav.reason.txt'), 'utf8'), /cannot be read/);
  rmSync(join(path, 'bad.json'), { force: true });
  for (const f of ['failed/bad.wav.json', 'failed/bad.json']) rmSync(join(path, f), { force: true });
  assert.equal((await owner.send(`/api/v1/drop-files/${failed.id}/retry`, { method: 'POST' })).status, 204);
  await until('taken', 20_000, async () => (await file(id, 'bad.wav')).state === 'done');
  await until('and moved on', 20_000, async () => existsSync(join(path, 'done/bad.wav')));
  isProblem(await owner.send(`/api/v1/drop-files/${failed.id}/retry`, { method: 'POST' }), 404, 'not_found');
});

test('d1-16: a file joins the call of its phone system by id, announced name, or number and time, never by name alone', { timeout: 240_000 }, async () => {
  const path = join(base, 'f'), key = keyOf(home);
  const integration = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'By file', settings: {} } });
  const hook = new URL(integration.json.hook_url).pathname;
  const started = new Date(Math.floor(Date.now() / 1000) * 1000 - 600_000);
  const call = async (from = number()): Promise<{ id: string; from: string }> => {
    const sent = await key.send(hook, { method: 'POST', json: { call_id: `c-${from}`, direction: 'inbound', from, to: '201', agent: '201', disposition: 'answered',
      started_at: started.toISOString(), answered_at: started.toISOString(), ended_at: new Date(started.getTime() + 60_000).toISOString() } });
    assert(sent.status < 300, sent.text);
    const id = await until('the call is there', 20_000, async () => (await owner.send(`/api/v1/calls?number=${from}`)).json.items[0]?.id);
    return { id, from };
  };
  const stamp = (at: Date): string => at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
  const id = await local(path, { integration_id: integration.json.id, pattern: '{any}_{date}_{time}_{number}', zone: 'UTC' });
  const byNumber = await call(), far = await call();
  put(path, `x_${stamp(new Date(started.getTime() + 5_000))}_+44${byNumber.from.slice(1)}.wav`, sound());
  put(path, `x_${stamp(new Date(started.getTime() + 7_200_000))}_${far.from}.wav`, sound());
  const joined = await until('it joined', 30_000, async () => { await look(id); await sleep(300); return (await files(id)).find((f) => f.name.includes(byNumber.from.slice(1)) && f.state === 'done'); });
  assert.equal(joined.call_id, byNumber.id);
  await playable(byNumber.id);
  const late = await until('the other one', 30_000, async () => { await look(id); await sleep(300); return (await files(id)).find((f) => f.name.includes(far.from) && f.state === 'done'); });
  assert.notEqual(late.call_id, far.id, 'two hours later is another call');

  const waits = await folderOf('local', { path, wait_min: '1', every_min: '60' }, { integration_id: integration.json.id, pattern: '{any}_{date}_{time}_{number}', zone: 'UTC' });
  const from = number(), name = `y_${stamp(started)}_${from}.wav`;
  put(path, name, sound());
  await becomes(waits, name, 'queued');
  await sleep(1500);
  assert.equal((await file(waits, name)).state, 'queued', 'its call may still come');
  const cdr = await call(from);
  await sql(`update job set run_at = now() where kind like 'dropfolders.take%' and state = 'queued'`);
  assert.equal((await until('it joined', 40_000, async () => { const f = await file(waits, name); return f.state === 'done' && f; })).call_id, cdr.id);
  await owner.send(`/api/v1/integrations/${integration.json.id}`, { method: 'DELETE' });
});

test('old recordings are filled back at low priority', { timeout: 120_000 }, async () => {
  const path = join(base, 'g'), id = await local(path);
  const old = put(path, 'old.wav', sound()), year = Date.now() / 1000 - 30 * 86400;
  utimesSync(old, year, year);
  const done = await becomes(id, 'old.wav', 'done');
  const [row] = await sql(`select kind from job_history where object_id = '${done.id}' and kind like '%take%' union all select kind from job where object_id = '${done.id}' and kind like '%take%'`);
  assert.equal(row, 'dropfolders.take_old');
  assert(Math.abs(Date.parse((await callOf(done.call_id)).started_at) / 1000 - year) < 5, 'its call is of that day');
});

test('SFTP: the host key is pinned, a growing file is waited for, a cut connection is nothing lost', { timeout: 240_000 }, async () => {
  const settings = { host: '127.0.0.1', port: String(sftp.port), user: sftp.user, private_key: sftp.privateKey, path: sftp.folder, every_min: '60', host_key: `SHA256:${'A'.repeat(43)}` };
  isProblem(await create({ kind: 'sftp', settings: { ...settings, host_key: 'md5' } }), 422, 'bad_input');
  const id = await folderOf('sftp', settings);
  const wrong = await until('the key is refused', 20_000, async () => { const f = await shown(id); return f.state === 'attention' && f; });
  assert.match(wrong.state_reason, new RegExp(`shows the host key ${sftp.hostKey.replace(/[+/]/g, '\\$&')}`));
  assert.equal(wrong.settings.private_key_set, true);
  assert.equal(wrong.settings.private_key, undefined, 'secrets are not shown');
  isProblem(await look(id), 409, 'in_use');
  const saved = await owner.send(`${ROOT}/${id}`, { method: 'PATCH', json: { settings: { host_key: sftp.hostKey } }, headers: { 'if-match': `"${wrong.version}"` } });
  assert.equal(saved.status, 200, saved.text);
  assert.equal(saved.json.state, 'active');
  const bytes = sound(), finish = sftp.partial('b c "d".wav', bytes);
  const grown = sftp.grow('a/grows.wav', sound(), 4, 700);
  sftp.put('whole.wav', sound());
  await becomes(id, 'whole.wav', 'done');
  await until('it is moved there', 30_000, async () => existsSync(sftp.path('done/whole.wav')));
  await grown;
  sftp.disconnect();
  const done = await becomes(id, 'a/grows.wav', 'done');
  assert.equal(done.size, statSync(existsSync(sftp.path('a/grows.wav')) ? sftp.path('a/grows.wav') : sftp.path('done/a/grows.wav')).size);
  assert(!(await files(id)).some((f) => f.name.includes('filepart')));
  finish();
  const odd = await becomes(id, 'b c "d".wav', 'done');
  const recording = await playable(odd.call_id);
  assert((await owner.send(`/api/v1/calls/${odd.call_id}/recordings/${recording.id}`)).bytes.equals(bytes));
  await until('all moved', 30_000, async () => existsSync(sftp.path('done/a/grows.wav')) && existsSync(sftp.path('done/b c "d".wav')));
});

test('SFTP: a wrong key stops the looks, an address that may not be called is refused', { timeout: 120_000 }, async () => {
  const settings = { host: '127.0.0.1', port: String(sftp.port), user: sftp.user, password: 'wrong', path: sftp.folder, host_key: sftp.hostKey };
  const id = await folderOf('sftp', settings);
  const refused = await until('refused', 30_000, async () => { const f = await shown(id); return f.state === 'attention' && f; });
  assert.match(refused.state_reason, /refuses our user, password or key/);
  const far = await folderOf('sftp', { ...settings, host: '10.11.12.13' });
  assert.match((await until('refused', 30_000, async () => { const f = await shown(far); return f.state === 'attention' && f; })).state_reason, /RINGSIGHT_EGRESS_ALLOW/);
});

test('a bucket: files are found in all folders, kept where they are, and taken once', { timeout: 180_000 }, async () => {
  s3.page = 2;
  const bytes = sound();
  s3.put('calls/2026/a.wav', bytes);
  s3.put('calls/b&c <1>.wav', sound());
  s3.put('calls/d.wav', sound());
  s3.put('other/e.wav', sound());
  const settings = { endpoint: s3.url, region: s3.region, bucket: s3.bucket, path: 'calls', path_style: 'yes', access_key_id: s3.id, secret_access_key: s3.secret, every_min: '60' };
  const id = await folderOf('s3', settings, { after_taking: 'keep' });
  const done = await becomes(id, '2026/a.wav', 'done');
  await becomes(id, 'b&c <1>.wav', 'done');
  await becomes(id, 'd.wav', 'done');
  assert.equal((await files(id)).length, 3);
  const recording = await playable(done.call_id);
  assert((await owner.send(`/api/v1/calls/${done.call_id}/recordings/${recording.id}`)).bytes.equals(bytes));
  s3.seen.length = 0;
  await look(id);
  await until('looked again', 10_000, async () => s3.seen.some((r) => r.query.includes('list-type')));
  await sleep(1000);
  assert(!s3.seen.some((r) => r.method !== 'GET' || r.key), 'only lists');
  const moving = await folderOf('s3', { ...settings, path: 'other/' });
  s3.fault({ kind: 'cut', method: 'GET', match: 'e.wav' });
  await becomes(moving, 'e.wav', 'done');
  await until('it is moved', 30_000, async () => s3.objects.has('other/done/e.wav') && !s3.objects.has('other/e.wav'));
});

test('"only look" tells what is there and what the names say, and takes nothing', { timeout: 120_000 }, async () => {
  const path = join(base, 'h');
  mkdirSync(path, { recursive: true });
  put(path, '201_20260703.wav', sound());
  put(path, 'odd.wav', sound());
  const id = await local(path, { stable_s: 3600, pattern: '{agent}_{date}', zone: 'UTC' });
  assert.equal((await look(id, true)).status, 204);
  const { look: seen } = await until('looked', 20_000, async () => { const f = await shown(id); return f.look && f; });
  assert.equal(seen.files, 2);
  const [one, two] = [...seen.sample].sort((x: any, y: any) => x.name.localeCompare(y.name));
  assert.deepEqual([one.fits, one.agent, one.started_at], [true, '201', '2026-07-03T00:00:00Z']);
  assert.equal(two.fits, false);
  assert(existsSync(join(path, 'odd.wav')));
});

test('wrong fields are named with the cure', async () => {
  for (const [json, field] of [
    [{ kind: 'ftp', settings: {} }, 'kind'], [{ kind: 'sftp', settings: {} }, 'host'], [{ kind: 'local', settings: { path: base, host: 'x' } }, 'host'],
    [{ kind: 'local', settings: { path: base }, pattern: '{agent' }, 'pattern'], [{ kind: 'local', settings: { path: base }, zone: 'Mars' }, 'zone'],
    [{ kind: 's3', settings: { endpoint: 'ftp://x', region: 'r', bucket: 'b', access_key_id: 'i', secret_access_key: 's' } }, 'endpoint'],
    [{ kind: 'local', settings: { path: base }, integration_id: '01900000-0000-7000-8000-000000000001' }, 'integration_id'],
    [{ kind: 'local', settings: { path: base, every_min: '0' } }, 'every_min'],
  ] as const) {
    const answer = await create(json);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields?.[field] || JSON.stringify(answer.json).includes(`"${field}"`), `${field}: ${answer.text}`);
  }
});
