/* Sheets beside recordings, and what policies want of files that come by folder. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { S3 } from '../providers/sim/s3.mjs';
import { Sftp } from '../providers/sim/sftp.mjs';
import { Drop, number, sound } from './drop.ts';
import { as, isProblem, sleep, until, type Client } from './house.ts';
import { sql } from './queue.ts';
import { xlsx, zip } from './workbook.ts';

let owner: Client, drop: Drop;
const s3 = new S3({ bucket: 'slow-files' });
const sftp = new Sftp();
const sheets = { sidecar: '2' };
const bucket = (path: string): object => ({ endpoint: s3.url, region: s3.region, bucket: s3.bucket, path, path_style: 'yes', access_key_id: s3.id, secret_access_key: s3.secret, every_min: '60' });

before(async () => {
  owner = await as('owner');
  drop = new Drop(owner);
  await s3.listen();
  await sftp.start();
});
after(async () => {
  await drop.remove();
  await s3.close();
  await sftp.remove();
});

test('a sheet says whose calls the files beside it are; files without a row follow the pattern', { timeout: 180_000 }, async () => {
  const id = await drop.local('a', sheets, { pattern: '{agent}_{number}', zone: 'Europe/Berlin' }), to = number(), from = number();
  drop.put('a/calls.csv', `Recording file;Agent;Call date;Time;Direction;Number\r\nsub\\One.wav;205;03.07.2026;09:15;out;"${to}"\r\n`);
  drop.put('a/one.wav', sound());
  drop.put(`a/207_${from}.wav`, sound());
  drop.put('a/deeper/one.wav', sound());
  const call = await drop.call((await drop.becomes(id, 'one.wav', 'done')).call_id);
  assert.deepEqual([call.direction, call.from_number, call.to_number, call.started_at], ['outbound', '205', to, '2026-07-03T07:15:00Z']);
  const named = await drop.call((await drop.becomes(id, `207_${from}.wav`, 'done')).call_id);
  assert.deepEqual([named.from_number, named.to_number], [from, '207']);
  const below = await drop.call((await drop.becomes(id, 'deeper/one.wav', 'done')).call_id);
  assert.equal(below.agent_key, '', 'a sheet speaks of its own folder');
  const { look } = await drop.shown(id);
  assert.deepEqual(look.sheets.map((s: any) => [s.name, s.rows, s.wrong, s.problem]), [['calls.csv', 1, 0, null]]);
  await until('the recordings are moved, the sheet stays', 20_000, async () => existsSync(join(drop.base, 'a/done/one.wav')));
  assert(existsSync(join(drop.base, 'a/calls.csv')));
});

test('an XLSX sheet is read like a CSV one, from a folder, a bucket and over SFTP', { timeout: 240_000 }, async () => {
  const local = await drop.local('x', sheets, { zone: 'Europe/Berlin' }), to = number();
  const rows = [['File', 'Agent', 'Date', 'Time', 'Direction', 'Number'], ['one.wav', 205, new Date('2026-07-03T00:00:00Z'), new Date('1899-12-30T09:15:00Z'), 'out', to], ['two.wav', 206, new Date('2026-07-04T10:00:00Z'), '', 'sideways', '']];
  drop.put('x/Calls.XLSX', xlsx(rows));
  drop.put('x/one.wav', sound());
  drop.put('x/two.wav', sound());
  const call = await drop.call((await drop.becomes(local, 'one.wav', 'done')).call_id);
  assert.deepEqual([call.direction, call.from_number, call.to_number, call.started_at], ['outbound', '205', to, '2026-07-03T07:15:00Z']);
  await drop.file_is(local, 'two.wav', (f) => f.state === 'seen' && f.reason === 'Calls.XLSX, row 3: "sideways" is no direction: write inbound, outbound or internal.');
  s3.put('xlsx/calls.xlsx', xlsx([['recording', 'agent'], ['three.wav', 208]]));
  s3.put('xlsx/three.wav', sound());
  const far = await drop.create('s3', { ...bucket('xlsx'), ...sheets });
  assert.equal((await drop.call((await drop.becomes(far, 'three.wav', 'done')).call_id)).agent_key, '208');
  sftp.put('calls.xlsx', xlsx([['recording', 'agent'], ['four.wav', 209]]));
  sftp.put('four.wav', sound());
  const over = await drop.create('sftp', { host: '127.0.0.1', port: String(sftp.port), user: sftp.user, private_key: sftp.privateKey,
    path: sftp.folder, host_key: sftp.hostKey, every_min: '60', ...sheets });
  assert.equal((await drop.call((await drop.becomes(over, 'four.wav', 'done')).call_id)).agent_key, '209');
});

test('an XLSX file that is none or does harm holds its recordings back and says why', { timeout: 240_000 }, async () => {
  const id = await drop.local('y', sheets), why = async (bytes: string | Buffer, reason: RegExp): Promise<void> => {
    drop.put('y/list.xlsx', bytes);
    await drop.file_is(id, 'one.wav', (f) => f.state === 'seen' && reason.test(f.reason ?? ''));
  };
  drop.put('y/one.wav', sound());
  await why('file,agent\none.wav,201\n', /^list\.xlsx: This is no XLSX file: open it in a spreadsheet program/);
  await why(zip({ 'xl/workbook.xml': '<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>' }), /^list\.xlsx: The XLSX file has a document type/);
  drop.put('y/list.xlsx', xlsx([['file', 'agent'], ['one.wav', 201]]));
  assert.equal((await drop.call((await drop.becomes(id, 'one.wav', 'done')).call_id)).agent_key, '201');
});

test('a wrong row is told with file, row and cure, its recording waits, and goes on once it is corrected', { timeout: 180_000 }, async () => {
  const id = await drop.local('b', sheets), row = (date: string): string => `file,agent,date\ngood.wav,201,2026-07-03 09:15\nbad.wav,202,${date}\n`;
  drop.put('b/list.csv', row('31/31/2026'));
  drop.put('b/good.wav', sound());
  drop.put('b/bad.wav', sound());
  await drop.becomes(id, 'good.wav', 'done');
  const why = 'list.csv, row 3: "31/31/2026" cannot be read as a date: write it as 2026-11-21 09:30.';
  await drop.file_is(id, 'bad.wav', (f) => f.state === 'seen' && f.reason === why);
  const [sheet] = (await drop.shown(id)).look.sheets;
  assert.deepEqual([sheet.rows, sheet.wrong, sheet.faults], [2, 1, [{ row: 3, file: 'bad.wav', why: why.split(': ').slice(1).join(': ') }]]);
  await until('nothing looks again by itself for it', 10_000, async () => (await sql(`select 1 from job where object_id = '${id}' and kind = 'dropfolders.look'`)).length === 0);
  assert(existsSync(join(drop.base, 'b/bad.wav')));
  drop.put('b/list.csv', row('2026-07-04 10:00'));
  const call = await drop.call((await drop.becomes(id, 'bad.wav', 'done')).call_id);
  assert.equal(call.agent_key, '202');
});

test('a recording waits for a sheet that comes later or is still being written; one without file column says so', { timeout: 240_000 }, async () => {
  const id = await drop.local('c', sheets, { stable_s: 4 });
  drop.put('c/x.wav', sound());
  await drop.file_is(id, 'x.wav', (f) => f.state === 'seen');
  drop.put('c/later.csv', 'file,agent\n');
  await drop.file_is(id, 'x.wav', (f) => /waits for later\.csv, which is still being written/.test(f.reason ?? ''));
  await sleep(2500);
  drop.put('c/later.csv', 'file,agent\nx.wav,209\n');
  const call = await drop.call((await drop.becomes(id, 'x.wav', 'done')).call_id);
  assert.equal(call.agent_key, '209');
  drop.put('c/later.csv', 'agent,date\n1,2\n');
  drop.put('c/y.wav', sound());
  await drop.file_is(id, 'y.wav', (f) => f.state === 'seen' && /later\.csv: No column says which file/.test(f.reason ?? ''));
});

test('where sheets are not asked for none is read', { timeout: 120_000 }, async () => {
  const id = await drop.local('d');
  drop.put('d/other.csv', 'agent\nx\n');
  drop.put('d/x.wav', sound());
  await drop.becomes(id, 'x.wav', 'done');
  assert.deepEqual((await drop.shown(id)).look.sheets, []);
});

test('a file that the policy does not want is not kept; the call says so, and a person may take it all the same', { timeout: 240_000 }, async () => {
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'Chosen', settings: {} } });
  const integration = made.json.id;
  const put = async (body: object): Promise<number> => {
    const { version } = (await owner.send(`/api/v1/integrations/${integration}/policy`)).json;
    const answer = await owner.send(`/api/v1/integrations/${integration}/policy`, { method: 'PATCH', json: body, headers: { 'if-match': `"${version}"` } });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.version;
  };
  const version = await put({ fetch: { except_numbers: ['0207*'] }, analyse: { who: 'listed', extensions: ['30*'] } });
  const id = await drop.local('e', {}, { integration_id: integration, pattern: '{agent}_{number}' }), from = number();
  drop.put(`e/301_${from}.wav`, sound());
  drop.put('e/401_0301234567.wav', sound());
  drop.put('e/302_0301234568.wav', sound());
  const skipped = await drop.becomes(id, `301_${from}.wav`, 'skipped'), why = `Recording not fetched: the number ${from} is left out.`;
  assert.equal(skipped.reason, why);
  const call = await drop.call(skipped.call_id);
  assert.deepEqual([call.state, call.state_reason, call.choice_reason, call.policy_version, call.recordings], ['no_recording', why, why, version, []]);
  assert.equal((await sql(`select count(*) from recording where call_id = '${call.id}'`))[0], '0');
  const kept = await drop.becomes(id, '401_0301234567.wav', 'done');
  const stored = await until('it is stored', 30_000, async () => { const c = await drop.call(kept.call_id); return c.state === 'stored' && c; });
  assert.deepEqual([stored.choice_reason, stored.policy_version, stored.recordings[0].state], ['Not analysed: agent not in the rollout list.', version, 'ready']);
  const wanted = await drop.becomes(id, '302_0301234568.wav', 'done');
  await until('it is analysed', 30_000, async () => !['received', 'fetching', 'decoding', 'stored', 'no_recording'].includes((await drop.call(wanted.call_id)).state));

  await put({ fetch: { who: 'none' } }); // later versions do not touch it
  assert.equal((await owner.send(`/api/v1/drop-files/${skipped.id}/retry`, { method: 'POST' })).status, 204);
  await until('it is taken', 30_000, async () => (await drop.file(id, skipped.name)).state === 'done');
  const taken = await until('it can be heard', 30_000, async () => { const c = await drop.call(skipped.call_id); return c.recordings[0]?.state === 'ready' && c; });
  assert.deepEqual([taken.chosen, taken.choice_reason, taken.policy_version], [true, null, version]);
  isProblem(await owner.send(`/api/v1/drop-files/${skipped.id}/retry`, { method: 'POST' }), 404, 'not_found');
  await owner.send(`/api/v1/integrations/${integration}`, { method: 'DELETE' });
});

test('a look that is asked for while one runs comes after it, once', { timeout: 180_000 }, async () => {
  const id = await drop.create('s3', bucket('calls'));
  await until('the first look is over', 20_000, async () => (await drop.shown(id)).look && (await sql(`select 1 from job where object_id = '${id}'`)).length === 0);
  s3.fault({ kind: 'slow', ms: 3000, method: 'GET' });
  const looks = async (): Promise<string[]> => sql(`select state from job where object_id = '${id}' and kind = 'dropfolders.look' order by id`);
  await drop.look(id);
  await until('it runs', 20_000, async () => (await looks()).includes('running'));
  await sleep(200);
  s3.put('calls/came.wav', sound()); // whether the one that runs sees it is chance
  await Promise.all([drop.look(id), drop.look(id), drop.look(id)]);
  assert.deepEqual(await looks(), ['running', 'blocked']);
  await until('it was seen', 20_000, async () => drop.file(id, 'came.wav'));
  await until('it is taken', 30_000, async () => (await drop.file(id, 'came.wav')).state === 'done');
});
