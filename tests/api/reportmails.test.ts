/* Reports that go out by mail, through the demo's real mail server: to whom, with what, when, once; and that nobody gets
 * what he may not see. In a tenant of this file's own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { as, isProblem, until, MISSING, type Answer, type Client } from './house.ts';
import { mailsTo, mailTo, type Mail } from './mail.ts';
import { sql, worker } from './queue.ts';
import { ownAgent, ownPerson, ownTenant, type OwnTenant } from './tenant.ts';

type Person = Awaited<ReturnType<typeof ownPerson>>;
type Row = any; // eslint-disable-line
let own: OwnTenant, boss: Client, ann: string, ben: string;

const plan = (readers: Person[], more: object = {}): object => ({ name: `Weekly ${randomUUID().slice(0, 6)}`, every: 'day', hour: 7, format: 'csv',
  attach: true, active: true, readers: readers.map((r) => r.session.user.id), ...more });
async function make(readers: Person[], more: object = {}): Promise<string> {
  const made = await boss.send('/api/v1/report-plans', { method: 'POST', json: plan(readers, more) });
  assert.equal(made.status, 201, made.text);
  return made.json.id;
}
const listed = async (id: string): Promise<Row> => (await boss.send('/api/v1/report-plans')).json.items.find((p: Row) => p.id === id);
const runs = async (id: string): Promise<Row[]> => (await boss.send(`/api/v1/report-plans/${id}/runs?limit=100`)).json.items;
const send = async (id: string): Promise<void> => assert.equal((await boss.send(`/api/v1/report-plans/${id}/send`, { method: 'POST' })).status, 204);
const sentTo = (who: Person, n = 1): Promise<Mail> => mailTo(who.login.email, n);
/** The last run, once nothing of it waits. */
const ends = (id: string, n = 1): Promise<Row> => until('the run comes to its end', 90_000, async () => {
  const all = await runs(id);
  return all.length >= n && all[0].mails.every((m: Row) => m.state !== 'waiting') && all[0];
});
/** As if its time had come. */
const due = (id: string) => sql(`update schedule set next_at = now() - interval '1 second' where name = 'report:${id}'`);

/** A call of yesterday by the tenant's clock, scored so. */
async function call(agent: string, score_bp: number, days = 1): Promise<void> {
  const made = await boss.send('/api/v1/calls', { method: 'POST', json: { direction: 'inbound', agent, started_at: new Date(Date.now() - 86_400_000 * days).toISOString().replace(/\.\d+/, ''), from_number: '+441632960099', duration_s: 60 } });
  assert.equal(made.status, 201, made.text);
  await sql(`update call set state = 'scored', score_state = 'scored', score_bp = ${score_bp} where id = '${made.json.id}'`);
}

before(async () => {
  own = await ownTenant('UTC');
  boss = own.owner;
  [ann, ben] = [await ownAgent(own, 'Ann', '501'), await ownAgent(own, '=Ben+1', '502')];
  await call(ann, 9000);
  await call(ann, 8000);
  await call(ann, 6000, 2);
  await call(ben, 4000);
});

test('a report goes to each reader with its sum in the mail and the file attached', async () => {
  const who = await ownPerson(own, 'manager', 'Mia Manager');
  const id = await make([who], { name: 'Scores & "calls"' });
  await send(id);
  const mail = await sentTo(who);
  assert.equal((mail.from as Row).value[0].address.includes('@'), true);
  assert.match(mail.subject!, /^Scores & "calls": \d{4}-\d\d-\d\d \(UTC\)$/);
  for (const body of [mail.text!, mail.html as string])
    for (const part of ['Mia Manager', '3 (before: 1)', '70 of 100', '+10 against the time before']) assert(body.includes(part) || part === 'Mia Manager', `${part}: ${body}`);
  assert.match(mail.text!, /The report is attached\./);
  assert.match(mail.html as string, /Scores &amp; &quot;calls&quot;/);
  assert.equal(mail.attachments.length, 1);
  const file = mail.attachments[0]!;
  assert.match(file.filename!, /^calls-and-scores-\d{4}-\d\d-\d\d\.csv$/);
  assert.equal(file.contentType, 'text/csv');
  const rows = file.content.toString('utf8').trim().split(/\r?\n/);
  assert.deepEqual(rows.length, 3);
  assert.match(rows[1]!, /'=Ben\+1"?,1,0,1,40\.00,/, 'guarded, the lowest first');
  assert.match(rows[2]!, /^"?Ann"?,2,1,2,85\.00,60\.00,/);
  assert.match(mail.raw.split('\r\n\r\n')[0]!, /^Content-Type: multipart\/mixed/m);
  assert.match(mail.raw, new RegExp(`^List-Unsubscribe: <http\\S+/report-mails\\?off=${id}>\\r$`, 'm'));
  const run = await ends(id);
  assert.deepEqual([run.by_hand, run.mails], [true, [{ name: 'Mia Manager', state: 'sent', reason: null, attached: true, at: run.mails[0].at }]]);
  assert.deepEqual([(await listed(id)).last.sent, (await listed(id)).last.failed], [1, 0]);
  // The link's file, to who is signed in; the same that was attached.
  const linked = await who.send(`/api/v1/report-runs/${run.id}/file`);
  assert.equal(linked.status, 200);
  assert(linked.bytes.equals(file.content));
  assert(mail.text!.includes(`/report-mails?run=${run.id}`));
});

test('PDF and spreadsheet are what they say, and a link alone carries no file', async () => {
  const who = await ownPerson(own, 'manager');
  for (const [n, format] of [[1, 'pdf'], [2, 'xlsx']] as const) {
    await send(await make([who], { format, agent: format === 'pdf' ? ann : undefined }));
    const [file] = (await sentTo(who, n)).attachments;
    const folder = mkdtempSync(join(tmpdir(), 'ringsight-mail-'));
    try {
      writeFileSync(join(folder, 'file'), file!.content);
      if (format === 'pdf') {
        assert.match(execFileSync('qpdf', ['--check', join(folder, 'file')], { encoding: 'utf8' }), /No syntax or stream encoding errors/);
        assert.match(execFileSync('pdftotext', [join(folder, 'file'), '-'], { encoding: 'utf8' }), /Agent report[\s\S]*Ann/);
      } else {
        const sheet = execFileSync('unzip', ['-p', join(folder, 'file'), 'xl/worksheets/sheet1.xml'], { encoding: 'utf8' });
        assert.match(sheet, /<v>85<\/v>|<v>85\.0*<\/v>/, 'scores are numbers');
        assert.doesNotMatch(sheet, /<f>/, 'nothing is a formula');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  await send(await make([who], { attach: false }));
  const link = await sentTo(who, 3);
  assert.deepEqual(link.attachments, []);
  assert.match(link.text!, /it asks you to sign in/);
  assert.match(link.raw.split('\r\n\r\n')[0]!, /^Content-Type: multipart\/alternative/m);
});

test('each gets what he may see at that moment, and who may see nothing gets nothing', async () => {
  const agent = await ownPerson(own, 'agent', 'Ada Agent'), lead = await ownPerson(own, 'supervisor', 'Lea Lead'),
    gone = await ownPerson(own, 'manager', 'Gil Gone'), off = await ownPerson(own, 'manager', 'Ole Off');
  const id = await make([agent, lead, gone, off]);
  const team = (await boss.post('/api/v1/teams', { name: `Ann's ${randomUUID().slice(0, 5)}`, agents: [ann], leads: [lead.session.user.id] })).id;
  const members: Row[] = (await boss.get('/api/v1/members', { query: { limit: 100 } })).items;
  const of = (who: Person): string => members.find((m) => m.account_id === who.session.user.id).id;
  assert.equal((await boss.send(`/api/v1/members/${of(lead)}/sight`, { method: 'PUT', json: { own_teams: true } })).status, 204);
  assert.equal((await boss.send(`/api/v1/members/${of(gone)}`, { method: 'DELETE' })).status, 204);
  assert.equal((await off.send(`/api/v1/my-report-plans/${id}`, { method: 'PUT', json: { off: true } })).status, 204);
  await send(id);
  const mail = await sentTo(lead);
  const rows = mail.attachments[0]!.content.toString('utf8').trim().split(/\r?\n/);
  assert.equal(rows.length, 2, 'the team of hers alone');
  assert.match(rows[1]!, /Ann/);
  assert.doesNotMatch(mail.raw + mail.attachments[0]!.content.toString(), /Ben/);
  const run = await ends(id);
  assert.deepEqual(run.mails.map((m: Row) => [m.name, m.state]), [['Ada Agent', 'skipped'], ['Lea Lead', 'sent']]);
  assert.match(run.mails[0].reason, /May not see/);
  for (const who of [agent, gone, off]) assert.deepEqual(await mailsTo(who.login.email), [], who.name);
  // By the link likewise.
  assert.doesNotMatch((await lead.send(`/api/v1/report-runs/${run.id}/file`)).text, /Ben/);
  assert.doesNotMatch((await agent.send(`/api/v1/report-runs/${run.id}/file`)).text, /Ann|Ben/);
  // A report about one agent, to who may not see him.
  const one = await make([lead], { agent: ben });
  await send(one);
  const none = await ends(one);
  assert.deepEqual([none.mails[0].state, none.mails[0].reason], ['skipped', 'May not see this agent\'s calls any more.']);
  isProblem(await lead.send(`/api/v1/report-runs/${none.id}/file`), 404, 'not_found');
  // Resumed, he gets the next.
  assert.equal((await off.send(`/api/v1/my-report-plans/${id}`, { method: 'PUT', json: { off: false } })).status, 204);
  await send(id);
  await sentTo(off);
  await boss.send(`/api/v1/teams/${team}`, { method: 'DELETE' });
});

test('what a mail server refuses for good is told on the page; what it puts off comes later, once', async () => {
  const bad = await ownPerson(own, 'manager', 'Rex Refused', 'refused'), slow = await ownPerson(own, 'manager', 'Bea Busy', 'busy');
  const id = await make([bad, slow]);
  await send(id);
  const run = await ends(id);
  assert.deepEqual(run.mails.map((m: Row) => [m.name, m.state]), [['Bea Busy', 'sent'], ['Rex Refused', 'failed']]);
  assert.match(run.mails[1].reason, /5\.1\.1 There is no such mailbox/);
  assert.equal((await mailsTo(slow.login.email)).length, 1);
  const { last } = await listed(id);
  assert.deepEqual([last.sent, last.failed], [1, 1]);
});

test('it goes out by its clock: the hour by its zone, about the days before, and once for each time', async () => {
  const who = await ownPerson(own, 'manager');
  const id = await make([who], { zone: 'Asia/Kathmandu', hour: 9 });
  assert.match((await listed(id)).next_at, /T03:15:00Z$/, '9:00 at +05:45');
  await due(id);
  const first = await ends(id);
  assert.equal(first.by_hand, false);
  assert.match(first.until, /T18:15:00Z$/, 'midnight there');
  assert.equal(Date.parse(first.until) - Date.parse(first.since), 86_400_000);
  assert.match((await listed(id)).next_at, /T03:15:00Z$/);
  // Due for the same day a second time, however that came about: nothing goes out.
  await due(id);
  await until('the clock went on', 30_000, async () => Date.parse((await listed(id)).next_at) > Date.now());
  await until('the job is done', 30_000, async () => !(await sql(`select 1 from job where kind = 'reports.due' and args->>'plan' = '${id}'`)).length);
  assert.equal((await runs(id)).length, 1);
  assert.equal((await mailsTo(who.login.email)).length, 1);
  // Monthly: the whole month before. Weekly: seven days, and the day by its number.
  const monthly = await make([who], { every: 'month', on_day: 28, hour: 0 });
  assert.match((await listed(monthly)).next_at, /-28T00:00:00Z$/);
  await due(monthly);
  const month = await ends(monthly);
  assert.match(`${month.since} ${month.until}`, /^\d{4}-\d\d-01T00:00:00Z \d{4}-\d\d-01T00:00:00Z$/);
  const weekly = await make([who], { every: 'week', on_day: 7 });
  assert.equal(new Date((await listed(weekly)).next_at).getUTCDay(), 0, '7 is Sunday');
  // Paused, its clock is gone.
  const { version } = await listed(weekly);
  assert.equal((await boss.send(`/api/v1/report-plans/${weekly}`, { method: 'PUT', json: plan([who], { active: false }), headers: { 'if-match': `"${version}"` } })).status, 204);
  assert.deepEqual([(await listed(weekly)).next_at, await sql(`select 1 from schedule where name = 'report:${weekly}'`)], [null, []]);
});

test('workers are killed while reports go out: each reader has his mail, once', { timeout: 240_000 }, async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => ownPerson(own, 'manager')));
  const id = await make(people, { format: 'pdf' });
  await due(id);
  for (let i = 0; i < 2; i++) {
    await until('mails are under way', 60_000, async () => (await sql(`select 1 from job where kind = 'reports.send' and state = 'running'`)).length > 0
      || ((await runs(id))[0]?.mails ?? []).some((m: Row) => m.state === 'sent'));
    const at = worker();
    if (at) process.kill(at.pid, 'SIGKILL');
    await until('another worker is there', 60_000, async () => { const now = worker(); return now && now.pid !== at?.pid; });
  }
  const run = await ends(id);
  assert.equal((await runs(id)).length, 1);
  assert.deepEqual(run.mails.map((m: Row) => m.state), people.map(() => 'sent'));
  for (const p of people) { // one that was taken as the worker died comes again under the same name
    const names = new Set((await mailsTo(p.login.email)).map((m) => m.messageId));
    assert.equal(names.size, 1, p.name);
  }
});

test('who may not, and another tenant, neither see nor change a plan', async () => {
  const who = await ownPerson(own, 'manager'), viewer = await ownPerson(own, 'viewer');
  const id = await make([who]);
  isProblem(await viewer.send('/api/v1/report-plans'), 403, 'forbidden');
  isProblem(await viewer.send(`/api/v1/report-plans/${id}/send`, { method: 'POST' }), 403, 'forbidden');
  assert.deepEqual((await viewer.send('/api/v1/my-report-plans')).json.items, []);
  isProblem(await viewer.send(`/api/v1/my-report-plans/${id}`, { method: 'PUT', json: { off: true } }), 404, 'not_found');
  assert.deepEqual((await who.send('/api/v1/my-report-plans')).json.items.map((p: Row) => [p.id, p.off]), [[id, false]]);
  const abroad = await as('owner');
  assert(!(await abroad.send('/api/v1/report-plans')).text.includes(id));
  const run = (await (async () => { await send(id); return ends(id); })()).id;
  for (const [path, ask] of [[`/api/v1/report-plans/${id}`, { method: 'DELETE' }], [`/api/v1/report-plans/${id}/send`, { method: 'POST' }], [`/api/v1/report-runs/${run}/file`, {}],
    [`/api/v1/report-plans/${id}`, { method: 'PUT', json: plan([who]), headers: { 'if-match': '"1"' } }]] as const)
    isProblem(await abroad.send(path, ask), 404, 'not_found');
  isProblem(await abroad.send(`/api/v1/report-plans/${id}/runs`), 404, 'not_found');
  const foreign = await abroad.send('/api/v1/report-plans', { method: 'POST', json: plan([who]) });
  isProblem(foreign, 422, 'bad_input');
  assert(foreign.json.fields.readers);
});

test('what cannot be is refused with its field; a removed plan leaves no clock behind', async () => {
  const who = await ownPerson(own, 'manager');
  const put = (more: object): Promise<Answer> => boss.send('/api/v1/report-plans', { method: 'POST', json: plan([who], more) });
  for (const [more, field] of [[{ name: ' ' }, 'name'], [{ agent: MISSING }, 'agent'], [{ team: MISSING }, 'team'], [{ agent: ann, team: MISSING }, 'team'],
    [{ every: 'year' }, 'every'], [{ every: 'week', on_day: 8 }, 'on_day'], [{ every: 'month', on_day: 31 }, 'on_day'], [{ hour: 24 }, 'hour'],
    [{ zone: 'Mars/Olympus' }, 'zone'], [{ format: 'docx' }, 'format'], [{ readers: [] }, 'readers'], [{ readers: ['x'] }, 'readers'],
    [{ readers: [MISSING] }, 'readers'], [{ readers: Array.from({ length: 51 }, () => who.session.user.id) }, 'readers']] as const) {
    const answer = await put(more);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], `${field}: ${answer.text}`);
  }
  const id = await make([who]);
  isProblem(await boss.send(`/api/v1/report-plans/${id}`, { method: 'PUT', json: plan([who]) }), 428, 'precondition_required');
  isProblem(await boss.send(`/api/v1/report-plans/${id}`, { method: 'PUT', json: plan([who]), headers: { 'if-match': '"9"' } }), 412, 'stale');
  assert.equal((await boss.send(`/api/v1/report-plans/${id}`, { method: 'DELETE' })).status, 204);
  isProblem(await boss.send(`/api/v1/report-plans/${id}`, { method: 'DELETE' }), 404, 'not_found');
  assert.deepEqual(await sql(`select 1 from schedule where name = 'report:${id}'`), []);
});
