/* What file names and sheets tell of a call (d1-15), without a page: the same code that runs in it. */
import assert from 'node:assert/strict';
import { File } from 'node:buffer';
import { test } from 'node:test';
import { factsOf, type Sources } from '../../static/app/pages/uploads/facts';
import { compile } from '../../static/app/pages/uploads/pattern';
import { guess, keyOf, readSheet, rowsOf } from '../../static/app/pages/uploads/sheet';
import { xlsx } from '../api/workbook.ts';
import { dayFrom, timeFrom, whenFrom } from '../../static/app/pages/uploads/when';

const zone = 'Europe/London';
const read = (pattern: string, path: string) => {
  const made = compile(pattern);
  assert.notEqual(typeof made, 'string', String(made));
  return typeof made === 'string' ? made : made.read(path, zone);
};

test('names by pattern', () => {
  const cases: [string, string, object | RegExp][] = [
    ['{agent}_{date}_{time}_{number}', '2001_2026-01-05_0930_4477009000.wav', { agent: '2001', started_at: '2026-01-05T09:30:00.000Z', number: '4477009000' }],
    /* summer time, and a name with the separator in it */
    ['{agent}_{date}_{time}', 'maria_lopez_20260705_093015.WAV', { agent: 'maria_lopez', started_at: '2026-07-05T08:30:15.000Z' }],
    ['{date:dmy} {time} {agent}', '05.07.2026 14-05 Ann Lee.mp3', { agent: 'Ann Lee', started_at: '2026-07-05T13:05:00.000Z' }],
    ['{date:mdy}-{agent}', '07-05-2026-x.mp3', { agent: 'x', started_at: '2026-07-04T23:00:00.000Z' }],
    ['{direction}-{number}-{agent}-{date}-{time}-{epoch}', 'out-0770090012-101-20260105-093000-1767605400.wav', { direction: 'outbound', number: '0770090012', agent: '101', started_at: '2026-01-05T09:30:00.000Z' }],
    ['{epoch}', '1767605400123.ogg', { started_at: '2026-01-05T09:30:00.123Z' }],
    /* the folder's name is read where the pattern has one */
    ['{agent}/{any}_{number}', 'export/2026/Ann Lee/rec_+44 20 7946.wav', { agent: 'Ann Lee', number: '+44207946' }],
    ['({agent}) [{number}]', '(101) [77].wav', { agent: '101', number: '77' }],
    /* d1-15: what does not fit says so */
    ['{agent}_{date}', 'odd name.wav', /^The file name does not fit \{agent\}_\{date\}\.$/],
    ['{agent}_{date}', 'a_2026-02-30.wav', /^The date or time in the file name is none/],
    ['{agent}_{date}_{time}', 'a_2026-02-03_2561.wav', /^The date or time in the file name is none/],
    ['{number}', '.wav', /does not fit/],
  ];
  for (const [pattern, path, want] of cases) {
    const told = read(pattern, path);
    if (want instanceof RegExp) assert.match(String(told), want, `${pattern} ${path}`);
    else assert.deepEqual(told, want, `${pattern} ${path}`);
  }
});

test('patterns that are none say why', () => {
  for (const [pattern, why] of [
    ['', /at least one/], ['{any}', /at least one/], ['{agent', /not closed/], ['{who}', /no \{who\}/],
    ['{agent}_{agent}', /twice/], ['{date}_{date:dmy}', /twice/],
  ] as const)
    assert.match(String(compile(pattern)), why, pattern);
});

test('a long name costs no time', () => {
  const begun = Date.now();
  read('{agent}_{any}_{any}_{agent}x'.replace('{agent}x', '{number}'), `${'a_'.repeat(120)}.wav`);
  assert.ok(Date.now() - begun < 5_000);
});

test('dates and times as people write them', () => {
  assert.deepEqual(dayFrom('21/11/2026', 'dmy'), [2026, 11, 21]);
  assert.deepEqual(dayFrom('11/21/26', 'mdy'), [2026, 11, 21]);
  assert.deepEqual(dayFrom('2026.11.21', 'dmy'), [2026, 11, 21]);
  assert.equal(dayFrom('21/11/2026', 'ymd'), null);
  assert.deepEqual(timeFrom('9:05 pm'), [21, 5, 0]);
  assert.equal(timeFrom('24:00'), null);
  assert.equal(whenFrom('2026-11-21T09:30:00+05:30', 'dmy', zone), '2026-11-21T04:00:00.000Z');
  assert.equal(whenFrom('21.11.2026 09:30:15', 'dmy', 'Asia/Kolkata'), '2026-11-21T04:00:15.000Z');
  assert.equal(whenFrom('1767605400', 'dmy', zone), '2026-01-05T09:30:00.000Z');
  assert.equal(whenFrom('31/02/2026', 'dmy', zone), null);
  assert.equal(whenFrom('yesterday', 'dmy', zone), null);
});

const sheetOf = (text: string, name = 'calls.csv') =>
  readSheet(new File([text], name) as unknown as globalThis.File);

test('a CSV: columns guessed, quotes and semicolons read, order of dates found', async () => {
  const sheet = await sheetOf('\uFEFF"File name";Agent;"Call date";Time;Direction;Phone\r\n"rec, one.WAV";2001;12/13/2026;9:30;In;"+44 20 7946"\r\n\r\nfolder\\two.wav;"Ann ""A"" Lee";01/02/2026;;sideways;\r\n');
  assert.deepEqual(sheet.columns, ['File name', 'Agent', 'Call date', 'Time', 'Direction', 'Phone']);
  const columns = guess(sheet.columns);
  assert.deepEqual(columns, { file: 0, agent: 1, started_at: 2, time: 3, direction: 4, number: 5 });
  const rows = rowsOf(sheet, columns, null, zone);
  assert.deepEqual(rows.get(keyOf('calls/REC, ONE.wav')), { agent: '2001', number: '+44207946', direction: 'inbound', started_at: '2026-12-13T09:30:00.000Z' });
  assert.deepEqual(rows.get('two'), { agent: 'Ann "A" Lee', started_at: '2026-01-02T00:00:00.000Z', wrong: '"sideways" is no direction: inbound, outbound or internal.' });
  assert.equal(rowsOf(sheet, columns, 'dmy', zone).get('two')!.started_at, '2026-02-01T00:00:00.000Z', 'day first when said so');
});

test('columns are known by parts of names, by the ends of words and by whole names', () => {
  const of = (...titles: string[]) => guess(titles);
  assert.deepEqual(of('Report', 'Sales rep', 'Sent to:', 'TIME', 'Datei'), { file: 4, agent: 1, started_at: -1, time: 3, direction: -1, number: 2 });
  assert.deepEqual(of('reps', 'total', 'timezone', 'in/out'), { file: -1, agent: -1, started_at: -1, time: -1, direction: 3, number: -1 });
});

test('an XLSX: dates and times as the sheet shows them', async () => {
  const bytes = xlsx([['File', 'Date', 'Time', 'Agent'], ['one.wav', new Date('2026-07-03T00:00:00Z'), new Date('1899-12-30T09:15:00Z'), 2001]]);
  const sheet = await readSheet(new File([bytes], 'calls.xlsx') as unknown as globalThis.File);
  assert.deepEqual(rowsOf(sheet, guess(sheet.columns), null, zone).get('one'), { agent: '2001', started_at: '2026-07-03T08:15:00.000Z' });
});

test('sheets that cannot be used say what to do', async () => {
  await assert.rejects(sheetOf('file,agent\n'), /no rows below/);
  await assert.rejects(sheetOf('not a zip', 'calls.xlsx'), /cannot be read as XLSX/);
  await assert.rejects(sheetOf(`file\n${'x\n'.repeat(10_001)}`), /more than 10,000 rows/);
  await assert.rejects(sheetOf('x'.repeat(501 * 1024), 'calls.xlsx'), /over 500 KB: save it as CSV/);
  await assert.rejects(sheetOf('x'.repeat(6 * 1024 * 1024)), /over 5 MB/);
});

test('d1-15 by hand before sheet before name before all; unknown ones are told', () => {
  const from = (by: Partial<Sources>): Sources => ({
    all: { agent: '', direction: 'inbound', started_at: '', analyse: true },
    pattern: null, rows: null, zone, agents: [{ id: 'id-1', name: 'Ann Lee', extension: '2001' }], ...by });
  const pattern = compile('{agent}_{date}');
  assert(typeof pattern !== 'string');
  const rows = new Map([['zoe_2026-01-05', { agent: 'ann lee' }]]);
  const of = (path: string, by: Partial<Sources>, own = {}) => factsOf(path, 0, own, from(by));
  assert.equal(of('2001_2026-01-05.wav', { pattern }).agent, 'id-1', 'by extension');
  assert.equal(of('Zoe_2026-01-05.wav', { pattern, rows }).agent, 'id-1', 'the sheet stands above the name');
  assert.equal(of('Zoe_2026-01-05.wav', { pattern, rows }).started_at, '2026-01-05T00:00:00.000Z', 'what the sheet leaves out the name tells');
  assert.equal(of('Zoe_2026-01-05.wav', { pattern, rows }, { agent: '2002' }).agent, '2002', 'a hand above both');
  const stranger = of('Zoe_2026-01-05.wav', { pattern });
  assert.deepEqual([stranger.agent, stranger.agent_note], ['Zoe', '']);
  assert.match(stranger.warning, /No agent is called "Zoe": the call goes to Unknown agents/);
  const odd = of('odd.wav', { pattern });
  assert.deepEqual([odd.agent, odd.agent_note], ['', 'The file name does not fit {agent}_{date}.']);
  assert.equal(odd.started_at, '1970-01-01T00:00:00.000Z', 'the time the file was changed');
  assert.equal(of('none.wav', { rows }).agent_note, 'The sheet has no row for this file.');
  assert.equal(of('none.wav', {}).agent_note, 'Uploaded without an agent.');
});
