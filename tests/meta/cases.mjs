// Known ways in which such systems failed their users, at taking calls in (tests/providers/README.md has
// the list) and at transcripts and scores (tests/engines/README.md): each has a test that bears its
// number, in a title as "d1-07" or in a name as d1_07.
import { files, read } from './tree.mjs';

const CASES = Array.from({ length: 22 }, (_, i) => `d1-${String(i + 1).padStart(2, '0')}`);
const TITLE = /\btest\(\s*['"`](d[123]-\d\d)\b/g;
const NAME = /^static void (d[123]_\d\d)_\w+\(void \*\*state\)/gm;

/** Number -> files whose tests bear it. */
export function borne(numbers = CASES) {
  const found = new Map(numbers.map((c) => [c, new Set()]));
  for (const path of files.filter((f) => /^tests\/(api|browser|unit)\/[^/]+\.(ts|c)$/.test(f))) {
    for (const [, number] of read(path).matchAll(path.endsWith('.c') ? NAME : TITLE))
      found.get(number.replace('_', '-'))?.add(path);
  }
  return found;
}

function untested() {
  return [...borne()].filter(([, where]) => !where.size).map(([number]) => `${number} has no test`);
}

/** The table names, for each case, every file that tests it and no other. */
function table() {
  const text = read('tests/providers/README.md');
  return [...borne()].flatMap(([number, where]) => {
    const row = text.match(new RegExp(`^\\| ${number} \\|.*$`, 'm'))?.[0];
    if (!row) return [`tests/providers/README.md has no row for ${number}`];
    const named = [...row.matchAll(/`((?:api|browser|unit)\/[\w.]+)`/g)].map((m) => `tests/${m[1]}`);
    return [
      ...[...where].filter((f) => !named.includes(f)).map((f) => `tests/providers/README.md does not name ${f} for ${number}`),
      ...named.filter((f) => !where.has(f)).map((f) => `tests/providers/README.md names ${f} for ${number}, which has no such test`),
    ];
  });
}

/** Of transcripts and scores: every file that the table names for a case has a test that bears it. */
function insightTable() {
  const rows = [...read('tests/engines/README.md').matchAll(/^\| (d[23]-\d\d) \|.*$/gm)];
  const found = borne(rows.map((r) => r[1]));
  return rows.flatMap(([row, number]) => {
    const named = [...row.matchAll(/`((?:api|browser|unit)\/[\w.]+)`/g)].map((m) => `tests/${m[1]}`);
    return [
      ...(named.length ? [] : [`tests/engines/README.md names no test for ${number}`]),
      ...named.filter((f) => !found.get(number).has(f)).map((f) => `tests/engines/README.md names ${f} for ${number}, which has no such test`),
    ];
  });
}

/** And no such number stands in a test without a row. */
function insightRows() {
  const text = read('tests/engines/README.md');
  const all = ['d2', 'd3'].flatMap((d) => Array.from({ length: 20 }, (_, i) => `${d}-${String(i + 1).padStart(2, '0')}`));
  return [...borne(all)].filter(([number, where]) => where.size && !text.includes(`| ${number} |`))
    .map(([number, where]) => `tests/engines/README.md has no row for ${number}, which ${[...where].join(', ')} tests`);
}

const PUBLISHED = ['1.2', '1.2', '1.2', '1.2', '1.4', '1.5', '1.6', '2.1', '2.2', '2.3', '3.3', '3.4', '3.4', '3.4', '3.8', '4.1', '4.1', '4.1', '4.1',
  '4.1', '4.1', '4.2', '5.1', '8.1'];

/** Published values stand in the tests that the table names, and none has left the table. */
function published() {
  const part = read('tests/providers/README.md').split('\n## Published values')[1] ?? '';
  const rows = [...part.matchAll(/^\| (\d\.\d) \| (.+?) \| `([^`]+)` \| `([^`]+)` \|$/gm)];
  const places = rows.map(([, place]) => place);
  return [
    ...(places.join() === PUBLISHED.join() ? [] : [`the table of published values has ${places.join(' ')}, and should have ${PUBLISHED.join(' ')}`]),
    ...rows.filter(([, , , value, test]) => !files.includes(`tests/${test}`) || !read(`tests/${test}`).includes(value))
      .map(([, place, what, value, test]) => `${place} (${what}): tests/${test} does not have ${value}`),
  ];
}

export const checks = [
  ['cases: every known failure of transcripts and scores in the table has the tests it names', insightTable],
  ['cases: and every test that bears such a number has a row', insightRows],
  ['cases: every known failure of taking calls in has a test that bears its number', untested],
  ['cases: the table of them is right', table],
  ['cases: every published value is in a test', published],
];
