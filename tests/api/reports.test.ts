/* Reports of calls and agents: whose they are, that they are the same each time, and that PDFs are
 * sound to the tools of others. In the demo's second tenant, where no page is looked at. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { as, home as elsewhere, isProblem, keyOf, MISSING, other as home, until, type Answer, type Client } from './house.ts';

let boss: Client;
let calls: any[] = []; // eslint-disable-line
before(async () => {
  boss = await as('owner', home);
  calls = await until('scored calls', 110_000, async () => {
    const { items } = await keyOf(home).get('/api/v1/calls', { query: { limit: 100, score_below: 10_000 } });
    const done = items.filter((c) => c.state === 'scored' && c.agent_id);
    return done.length >= 3 && done;
  });
});

/** What a program prints about these bytes. */
function told(bytes: Buffer, program: string, ...ask: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringsight-report-'));
  try {
    writeFileSync(join(folder, 'file'), bytes);
    return execFileSync(program, ask.map((x) => (x === 'FILE' ? join(folder, 'file') : x)), { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function soundPdf(answer: Answer): string {
  assert.equal(answer.status, 200, answer.text.slice(0, 400));
  assert.equal(answer.headers['content-type'], 'application/pdf');
  assert.match(told(answer.bytes, 'qpdf', '--check', 'FILE'), /No syntax or stream encoding errors/);
  return told(answer.bytes, 'pdftotext', '-layout', 'FILE', '-');
}

test('the report of a call says what its page says, the same bytes each time', async () => {
  const { id: call, score_bp, agent_name } = calls[0];
  const [one, two] = [await boss.send(`/api/v1/calls/${call}/report.pdf`), await boss.send(`/api/v1/calls/${call}/report.pdf`)];
  const text = soundPdf(one);
  assert(one.bytes.equals(two.bytes));
  assert.match(one.headers['content-disposition'] as string, new RegExp(`call-${call}\\.pdf`));
  const md = await boss.send(`/api/v1/calls/${call}/report.md`);
  assert.equal(md.headers['content-type'], 'text/markdown; charset=utf-8');
  assert.equal(md.text, (await boss.send(`/api/v1/calls/${call}/report.md`)).text);
  const score = (await boss.send(`/api/v1/calls/${call}/score`)).json;
  assert(md.text.includes(`Whole call: **${Math.floor((score_bp + 50) / 100)} of 100**`), md.text);
  for (const part of ['## Score', '## Every verdict', '## How the customer felt', '## Who spoke', '## What this rests on']) assert(md.text.includes(part), part);
  for (const c of score.criteria) {
    assert(md.text.includes(c.text), c.text);
    for (const s of c.spans.slice(0, 3)) assert(md.text.includes(`“${s.words}”`), s.words);
  }
  assert(text.includes(agent_name));
  assert(text.includes('Every verdict'));
});

test('who may see the call may have the report, and nobody else', async () => {
  const agent = await as('agent', home);
  const { items } = await agent.get('/api/v1/calls', { query: { limit: 100 } });
  const foreign = calls.find((c) => !items.some((i) => i.id === c.id))!;
  for (const file of ['report.pdf', 'report.md']) {
    assert.equal((await agent.send(`/api/v1/calls/${items[0]!.id}/${file}`)).status, 200);
    for (const [who, id] of [[agent, foreign.id], [await as('owner', elsewhere), foreign.id], [boss, MISSING]] as const)
      isProblem(await who.send(`/api/v1/calls/${id}/${file}`), 404, 'not_found');
  }
});

test('a call without a score has a report that says why', async () => {
  const made = await boss.send('/api/v1/calls', { method: 'POST', json: { direction: 'inbound', from_number: '+441632960077', started_at: '2026-01-01T00:00:00Z' } });
  const md = await boss.send(`/api/v1/calls/${made.json.id}/report.md`);
  assert.match(md.text, /## Score\n\n\S.+\.\n/);
  assert.match(soundPdf(await boss.send(`/api/v1/calls/${made.json.id}/report.pdf`)), /\+441632960077/);
});

test('who reviews the call blind reads no score in its report', async () => {
  const call = calls[1].id;
  const who = await as('manager', home);
  const review = await who.send(`/api/v1/calls/${call}/reviews`, { method: 'POST', json: {} });
  if (review.status === 409) return; // another test had it reviewed by this person
  const md = (await who.send(`/api/v1/calls/${call}/report.md`)).text;
  assert.match(md, /You review this call/);
  assert.doesNotMatch(md, /of 100|Every verdict|Strengths/);
  assert.match((await boss.send(`/api/v1/calls/${call}/report.md`)).text, /of 100/);
  await who.send(`/api/v1/reviews/${review.json.id}`, { method: 'DELETE' });
});

test('many reports come as one archive that can be gone on with', async () => {
  const ids = calls.slice(0, 3).map((c) => c.id);
  const path = `/api/v1/call-reports?calls=${ids.join(',')}`;
  const zip = await boss.send(path);
  assert.equal(zip.status, 200, zip.text.slice(0, 300));
  const listed = told(zip.bytes, 'unzip', '-t', 'FILE');
  assert.match(listed, /No errors detected/);
  for (const id of ids) assert(listed.includes(`call-${id}.pdf`), id);
  const rest = await boss.send(path, { headers: { range: 'bytes=1000-', 'if-range': zip.headers.etag as string } });
  assert.equal(rest.status, 206);
  assert(rest.bytes.equals(zip.bytes.subarray(1000)));
  assert.match(told((await boss.send(`${path}&format=md`)).bytes, 'unzip', '-t', 'FILE'), /call-.*\.md/);

  const agent = await as('agent', home);
  const { items } = await agent.get('/api/v1/calls', { query: { limit: 100 } });
  const foreign = calls.find((c) => !items.some((i) => i.id === c.id))!;
  isProblem(await agent.send(`/api/v1/call-reports?calls=${items[0]!.id},${foreign.id}`), 404, 'not_found');
  isProblem(await (await as('owner', elsewhere)).send(path), 404, 'not_found');
  for (const bad of ['x', '', `${ids[0]},${ids[0]}`, Array(51).fill(0).map((_, i) => MISSING.slice(0, 34) + String(10 + i)).join(',')])
    isProblem(await boss.send(`/api/v1/call-reports?calls=${bad}`), 422, 'bad_input');
});

test('an agent has a report of a time, as PDF, Markdown and figures', async () => {
  const { agent_id: agent } = calls[0];
  const span = 'from=2020-01-01T00:00:00Z&to=2020-12-31T00:00:00Z';
  assert.match((await boss.send(`/api/v1/agents/${agent}/report.md?${span}`)).text, /There were no calls in this time/);
  const to = new Date(Date.now() + 60_000).toISOString(), from = new Date(Date.now() - 90 * 86_400_000).toISOString();
  const now = `from=${from}&to=${to}`;
  const md = (await boss.send(`/api/v1/agents/${agent}/report.md?${now}`)).text;
  assert.match(md, /\*\*Average score\*\*: \d+ of 100/);
  assert.match(md, /## Question by question/);
  const csv = await boss.send(`/api/v1/agents/${agent}/report.csv?${now}`);
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8');
  assert(csv.text.includes(calls[0].id));
  const [one, two] = [await boss.send(`/api/v1/agents/${agent}/report.pdf?${now}`), await boss.send(`/api/v1/agents/${agent}/report.pdf?${now}`)];
  assert.match(soundPdf(one), /Agent report/);
  assert(one.bytes.length > 0 && two.status === 200);
  isProblem(await boss.send(`/api/v1/agents/${agent}/report.md?from=2020-01-01T00:00:00Z&to=2022-01-01T00:00:00Z`), 422, 'bad_input');
  isProblem(await boss.send(`/api/v1/agents/${agent}/report.md?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z`), 422, 'bad_input');
  isProblem(await (await as('owner', elsewhere)).send(`/api/v1/agents/${agent}/report.md`), 404, 'not_found');
  const person = await as('agent', home);
  const own = (await person.get('/api/v1/agents', { query: { limit: 100 } })).items;
  const foreign = (await boss.get('/api/v1/agents', { query: { limit: 100 } })).items.find((a) => !own.some((o) => o.id === a.id))!;
  assert.equal((await person.send(`/api/v1/agents/${own[0]!.id}/report.md`)).status, 200);
  isProblem(await person.send(`/api/v1/agents/${foreign.id}/report.md`), 404, 'not_found');
});

test('a clip is the part that was asked for, with what is said in it', async () => {
  const call = calls.find((c) => c.has_recording)!.id;
  const turns = (await boss.send(`/api/v1/calls/${call}/transcript`)).json.turns;
  const [from, to] = [turns[0].start_ms, turns[0].start_ms + 3000];
  const wav = await boss.send(`/api/v1/calls/${call}/clip.wav?from_ms=${from}&to_ms=${to}`);
  assert.equal(wav.status, 200, wav.text.slice(0, 300));
  assert.equal(wav.bytes.subarray(0, 4).toString(), 'RIFF');
  const channels = wav.bytes.readUInt16LE(22);
  assert.equal(wav.bytes.length, 44 + 3 * 16000 * 2 * channels);
  assert(wav.bytes.subarray(44).some((b) => b !== 0), 'something is heard');
  const md = (await boss.send(`/api/v1/calls/${call}/clip.md?from_ms=${from}&to_ms=${to}`)).text;
  const [first, ...later] = turns[0].words.filter((w: any) => w.s < to).map((w: any) => w.t); // eslint-disable-line
  assert(md.includes(`“${[first, ...later].join(' ')}”`), md);
  const zip = await boss.send(`/api/v1/calls/${call}/clip.zip?from_ms=${from}&to_ms=${to}`);
  assert.match(told(zip.bytes, 'unzip', '-t', 'FILE'), /\.wav\s+OK[\s\S]*\.md\s+OK[\s\S]*No errors detected/);
  for (const bad of ['from_ms=5&to_ms=5', 'from_ms=0&to_ms=300001', 'from_ms=14000000']) isProblem(await boss.send(`/api/v1/calls/${call}/clip.wav?${bad}`), 422, 'bad_input');
  isProblem(await (await as('owner', elsewhere)).send(`/api/v1/calls/${call}/clip.wav`), 404, 'not_found');
});
