// Known ways in which such systems failed their users, at taking calls in (tests/providers/README.md has
// the list) and at transcripts and scores (tests/engines/README.md): each has a test that bears its
// number, in a title as "d1-07" or in a name as d1_07.
import { files, read } from './tree.mjs';

const numbers = (group, n) => Array.from({ length: n }, (_, i) => `${group}-${String(i + 1).padStart(2, '0')}`);
const CASES = numbers('d1', 22);
const INSIGHT = [...numbers('d2', 13), ...numbers('d3', 18)];
// What the product does not do yet, so that nothing can be tested. A test that comes takes its number from here.
const OPEN = [];
const TITLE = /\btest\(\s*['"`](d[123]-\d\d)\b/g;
const NAME = /^static void (d[123]_\d\d)_\w+\(void \*\*state\)/gm;

/** Number -> files whose tests bear it. */
export function borne(cases = CASES) {
  const found = new Map(cases.map((c) => [c, new Set()]));
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

/** Of transcripts and scores: every case has a row, and every file that the row names has a test that bears it. */
function insightTable() {
  const text = read('tests/engines/README.md');
  const found = borne(INSIGHT);
  return INSIGHT.flatMap((number) => {
    const row = text.match(new RegExp(`^\\| ${number} \\|.*$`, 'm'))?.[0];
    if (!row) return [`tests/engines/README.md has no row for ${number}`];
    const named = [...row.matchAll(/`((?:api|browser|unit)\/[\w.]+)`/g)].map((m) => `tests/${m[1]}`);
    const open = OPEN.includes(number);
    return [
      ...(named.length === 0 && !open ? [`tests/engines/README.md names no test for ${number}`] : []),
      ...(open && !/\| none yet: .+ \|$/.test(row) ? [`tests/engines/README.md must say "none yet: ..." for ${number}`] : []),
      ...named.filter((f) => !found.get(number).has(f)).map((f) => `tests/engines/README.md names ${f} for ${number}, which has no such test`),
    ];
  });
}

/** Each is tested, whatever the table says; one that is not is open, and stays in that list no longer than that. */
function insightUntested() {
  return [...borne(INSIGHT)].flatMap(([number, where]) => {
    if (OPEN.includes(number)) return where.size ? [`${number} has a test: it is open no more`] : [];
    return where.size ? [] : [`${number} has no test`];
  });
}

/** And no other such number stands in a test. */
function insightRows() {
  const strange = [...numbers('d2', 30), ...numbers('d3', 30)].filter((n) => !INSIGHT.includes(n));
  return [...borne(strange)].filter(([, where]) => where.size).map(([number, where]) => `there is no case ${number}, which ${[...where].join(', ')} tests`);
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
  ['cases: and each of them has a test that bears its number', insightUntested],
  ['cases: and no test bears a number that is none of theirs', insightRows],
  ['cases: every known failure of taking calls in has a test that bears its number', untested],
  ['cases: the table of them is right', table],
  ['cases: every published value is in a test', published],
];
