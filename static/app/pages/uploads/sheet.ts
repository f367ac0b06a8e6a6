/* A CSV or XLSX file that says what each recording is: read here in the browser, its columns
 * guessed from their names and matched by hand where that is wrong. */
import names from '../../../../server/intake/dropfolders/columns.json';
import { directionFrom, orderOf, timeFrom, whenFrom, type DateOrder } from './when';
import type { Told } from './pattern';

export const maxRows = 10_000;
export const maxCsv = 5 * 1024 * 1024;
/* Above this the reader would need a worker, which the page's policy does not allow. */
export const maxXlsx = 500 * 1024;

export interface Sheet {
  name: string;
  columns: string[];
  rows: string[][];
}

export const fields = ['file', 'agent', 'started_at', 'time', 'direction', 'number'] as const;
export type Field = (typeof fields)[number];
/** The column of each field, or -1. */
export type Columns = Record<Field, number>;

export const isSheet = (name: string) => /\.(csv|tsv|xlsx)$/i.test(name);

/** Reads a sheet; throws an Error with a sentence for people. */
export async function readSheet(file: File): Promise<Sheet> {
  const xlsx = /\.xlsx$/i.test(file.name);
  if (file.size > (xlsx ? maxXlsx : maxCsv))
    throw new Error(
      xlsx
        ? 'The XLSX file is over 500 KB: save it as CSV, which may have 5 MB.'
        : 'The CSV file is over 5 MB: split it, and upload the recordings in parts.',
    );
  const all = xlsx ? await readXlsx(file) : await readCsv(file);
  const [columns = [], ...rows] = all.filter((row) => row.some((cell) => cell.trim()));
  if (!rows.length) throw new Error('The sheet has no rows below its first one.');
  if (rows.length > maxRows)
    throw new Error(`The sheet has more than ${maxRows.toLocaleString('en-GB')} rows: split it.`);
  return { name: file.name, columns: columns.map((c) => c.trim()), rows };
}

async function readCsv(file: File): Promise<string[][]> {
  const { default: papa } = await import('papaparse');
  const text = await file.text();
  const { data } = papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: true });
  return data;
}

async function readXlsx(file: File): Promise<string[][]> {
  const { readSheet: read } = await import('read-excel-file/universal');
  try {
    const rows = await read(file);
    return rows.map((row) => row.map(cellText));
  } catch {
    throw new Error('The file cannot be read as XLSX: open it and save it as XLSX or CSV anew.');
  }
}

/** Excel's dates have no zone: they come as if in UTC and are written as the wall clock they are. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) {
    const text = cell.toISOString().slice(0, 19).replace('T', ' ');
    return cell.getTime() < Date.UTC(1900, 0, 1) ? text.slice(11) : text; // a time of day alone
  }
  return String(cell);
}

/** The server reads the sheets of drop folders by the same names: a part of the title, one that ends in
 * "$" at a word's end, one in "=" the whole of it. */
function speaksOf(title: string, name: string): boolean {
  const part = name.slice(0, -1);
  if (name.endsWith('=')) return title === part;
  if (!name.endsWith('$')) return title.includes(name);
  for (let at = title.indexOf(part); at >= 0; at = title.indexOf(part, at + 1))
    if (!/[a-z0-9_]/.test(title.charAt(at + part.length))) return true;
  return false;
}

/** Each column is taken once, in the order of the fields. */
export function guess(columns: string[]): Columns {
  const titles = columns.map((c) => c.trim().toLowerCase());
  const used = new Set<number>();
  const found = {} as Columns;
  for (const field of fields) {
    const at = titles.findIndex((t, n) => !used.has(n) && names[field].some((p) => speaksOf(t, p)));
    found[field] = at;
    if (at >= 0) used.add(at);
  }
  return found;
}

/** How a file is looked for: without folder and ending, in small letters. */
export const keyOf = (path: string) =>
  (path.replace(/\\/g, '/').split('/').pop() ?? '')
    .replace(/\.[a-z0-9]{1,5}$/i, '')
    .trim()
    .toLowerCase();

export type Rows = Map<string, Told & { wrong?: string }>;

/** What the sheet tells of each file. `order` null: as the column itself suggests. */
export function rowsOf(sheet: Sheet, at: Columns, order: DateOrder | null, zone: string): Rows {
  const found: Rows = new Map();
  const cell = (row: string[], field: Field) =>
    at[field] < 0 ? '' : (row[at[field]] ?? '').trim();
  const way = order ?? orderOf(sheet.rows.map((row) => cell(row, 'started_at')));
  for (const row of sheet.rows) {
    const key = keyOf(cell(row, 'file'));
    if (key) found.set(key, rowOf(row, cell, way, zone));
  }
  return found;
}

function rowOf(
  row: string[],
  cell: (row: string[], field: Field) => string,
  order: DateOrder,
  zone: string,
): Told & { wrong?: string } {
  const told: Told & { wrong?: string } = {};
  const [agent, number, direction, date, time] = (
    ['agent', 'number', 'direction', 'started_at', 'time'] as const
  ).map((f) => cell(row, f));
  if (agent) told.agent = agent;
  if (number) told.number = number.replace(/[ ()-]/g, '');
  if (direction) {
    const known = directionFrom(direction);
    if (known) told.direction = known;
    else told.wrong = `"${direction}" is no direction: inbound, outbound or internal.`;
  }
  if (date) {
    const day = date.replace(/[T ]00:00(:00)?$/, '');
    const whole = time && timeFrom(time) ? `${day} ${time}` : date;
    const instant = whenFrom(whole, order, zone);
    if (instant) told.started_at = instant;
    else told.wrong = `"${whole}" cannot be read as a date.`;
  }
  return told;
}
