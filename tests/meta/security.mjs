// Security: every test that the goals and the ASVS map name is there, and the map has every requirement of level 1.
import { files, read } from './tree.mjs';
import { goals } from '../security/goals.mjs';

/** Whether a file of tests has one whose title begins so. */
function has(path, title) {
  if (!files.includes(path)) return false;
  const text = read(path);
  return title.endsWith(' ') || /^fuzz/.test(title) ? text.includes(title.trim()) : text.includes(title);
}

function goalFaults() {
  const ids = [['T', 10], ['A', 28], ['O', 4], ['C', 6]].flatMap(([l, n]) => Array.from({ length: n }, (_, i) => `${l}${i + 1}`));
  return [
    ...ids.filter((id) => !goals.some((g) => g.id === id)).map((id) => `${id} is no row of tests/security/goals.mjs`),
    ...goals.filter((g) => !g.tests.length && !g.open).map((g) => `${g.id} names neither a test nor what is open`),
    ...goals.flatMap((g) => g.tests.filter((t) => !has(t.file, t.title)).map((t) => `${g.id}: ${t.file} has no test "${t.title}"`)),
  ];
}

const MAP = 'tests/security/asvs.md';
const LEVEL_1 = 70;

function rows() {
  return [...read(MAP).matchAll(/^\| v5\.0\.0-(\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| (.+) \|$/gm)].map(([, id, level, what, how]) => ({ id, level: Number(level), what, how }));
}

/** A row either names tests, as `file` "title", or gives a reason: "not applicable: …", "reason: …" or "open: …". */
function mapFaults() {
  const all = rows(), ones = all.filter((r) => r.level === 1);
  return [
    ...(ones.length === LEVEL_1 ? [] : [`${MAP} has ${ones.length} requirements of level 1, and should have ${LEVEL_1}`]),
    ...all.filter((r, i) => all.findIndex((x) => x.id === r.id) !== i).map((r) => `${MAP} has ${r.id} twice`),
    ...all.flatMap((r) => {
      const named = [...r.how.matchAll(/`([^`]+)` "([^"]+)"/g)];
      if (!named.length && !/(not applicable|reason|open): \S.{10,}/.test(r.how)) return [`${MAP}: ${r.id} names no test and no reason`];
      return named.filter(([, file, title]) => !has(`tests/${file}`, title)).map(([, file, title]) => `${MAP}: ${r.id}: tests/${file} has no test "${title}"`);
    }),
  ];
}

/** What is written into a page is text: nothing makes markup or code of it. */
function markupFaults() {
  return files.filter((f) => /^static\/app\/.*\.tsx?$/.test(f)).flatMap((f) => [...read(f).matchAll(/dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|\beval\(|\bnew Function\b|document\.write\b/g)].map((m) => `${f} has ${m[0]}`));
}

export const checks = [
  ['security: pages build no markup from texts', markupFaults],
  ['security: every goal names tests that are there, or what is open', goalFaults],
  ['security: the ASVS map has all of level 1, with tests that are there or a reason', mapFaults],
];
