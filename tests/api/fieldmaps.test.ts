/* Field maps: another system's form, mapped in the dashboard with a preview on the last delivery.
 * The payloads are invented after what Knowlarity and Ozonetel publish, not recorded. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { as, home, isProblem, keyOf, send, until, type Client } from './house.ts';

const ROOT = '/api/v1/integrations';
const made: string[] = [];
let owner: Client;
before(async () => { owner = await as('owner'); });
after(async () => { for (const id of made) await owner.send(`${ROOT}/${id}`, { method: 'DELETE' }); });

test('a dialler\'s form is mapped on its last delivery, saved with the version, and read', async () => {
  const answer = await owner.send(ROOT, { method: 'POST', json: { provider: 'generic', name: 'Ozonetel-like', settings: {} } });
  const { id, hook_url } = answer.json as { id: string; hook_url: string };
  made.push(id);
  const preview = (map?: object) => owner.send(`${ROOT}/${id}/map/preview`, { method: 'POST', json: map ? { map } : {} });
  isProblem(await preview(), 404); // nothing has arrived yet

  const ucid = `u${Date.now()}`;
  const data = { monitorUCID: ucid, Type: 'Manual', CallerID: '09812345678', Did: '918000000001', AgentID: 'asha',
    StartTime: '03/08/2026 02:45:00 PM', CallDuration: '00:03:09', Status: 'Answered', AudioFile: 'https://files.example.test/x.mp3' };
  const body = `data=${encodeURIComponent(JSON.stringify(data))}`;
  const sent = await send(new URL(hook_url).pathname, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal(sent.status, 200, sent.text);
  const bare = (await preview()).json;
  assert.deepEqual(bare.result.sent.map((s: { name: string }) => s.name), ['data']);

  const map: any = { unwrap: 'data', fields: {
    call_id: { from: 'monitorUCID' },
    direction: { from: 'Type', table: { inbound: 'inbound' } },
    from: { from: 'CallerID', outbound: { from: 'Did' } }, to: { from: 'Did', outbound: { from: 'CallerID' } },
    started_at: { from: 'StartTime' }, duration: { from: 'CallDuration' }, agent: { from: 'AgentID' },
    disposition: { from: 'Status', table: { answered: 'answered' }, else: 'no_answer' } } };
  const wrong = (await preview(map)).json;
  const cell = (p: any, field: string) => p.result.calls[0].cells.find((c: { field: string }) => c.field === field);
  assert.equal(wrong.fault, null);
  assert.match(cell(wrong, 'direction').why, /"Manual" is not in the table: add a line/);
  assert.match(cell(wrong, 'started_at').why, /"03\/08\/2026 02:45:00 PM" is no time of the form auto/);
  assert.equal(cell(wrong, 'duration').value, '189');
  assert.equal(wrong.result.events, 0);
  assert.equal(wrong.result.sent.length, 9, 'what is inside data is shown by name');

  map.fields.direction.table.manual = 'outbound';
  map.fields.started_at = { from: 'StartTime', time: 'DD/MM/YYYY hh:mm:ss A', zone: 'Asia/Kolkata' };
  const right = (await preview(map)).json;
  assert.equal(right.result.events, 1, JSON.stringify(right));
  assert.equal(cell(right, 'started_at').value, '2026-08-03T09:15:00Z');
  assert.deepEqual([cell(right, 'from').value, cell(right, 'to').value], ['918000000001', '09812345678']);

  const put = (json: object, version: number) => owner.send(`${ROOT}/${id}/map`, { method: 'PUT', json, headers: { 'if-match': `"${version}"` } });
  isProblem(await put({ map: { fields: {} } }, 1), 422);
  isProblem(await put({ map: { ...map, extra: 1 } }, 1), 422);
  isProblem(await put({ map }, 7), 412);
  isProblem(await (await as('viewer')).send(`${ROOT}/${id}/map`, { method: 'PUT', json: { map }, headers: { 'if-match': '"1"' } }), 403);
  const saved = await put({ map }, 1);
  assert.equal(saved.status, 200, saved.text);
  assert.deepEqual([saved.json.version, saved.json.history.length, saved.json.history[0].version], [2, 1, 2]);
  // Saving other settings leaves the map alone.
  const patched = await owner.send(`${ROOT}/${id}`, { method: 'PATCH', json: { name: 'Ozonetel-like 2', settings: { recording_hosts: 'files.example.test' } }, headers: { 'if-match': '"2"' } });
  assert.equal(patched.status, 200, patched.text);
  assert.deepEqual((await owner.get('/api/v1/integrations/{integration}/map', { params: { integration: id } })).map, saved.json.map);

  const again = await owner.send('/api/v1/replays', { method: 'POST', json: { integration: id, state: 'unparsed' } });
  assert.equal(again.status, 201, again.text);
  const found = await until('the call is there', 60_000, async () =>
    (await keyOf(home).get('/api/v1/calls', { query: { number: '09812345678' } })).items.find((c) => c.started_at === '2026-08-03T09:15:00Z'));
  assert.deepEqual([found.direction, found.disposition, found.duration_s], ['outbound', 'answered', 189]);
});
