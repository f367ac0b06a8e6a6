/* The page that tests/chaos/REPORT.md is, from the results of one seed or of many. Started by
 * tests/chaos/run: report.ts FILE COMMAND RESULT... */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Check, Outcome, Scenario } from './scenario.ts';

/** What came of one seed. */
export interface Run {
  seed: number;
  machine: string;
  date: string;
  results: { scenario: Pick<Scenario, 'name' | 'goal' | 'title'>; outcome: Outcome; seconds: number }[];
}
type Result = Run['results'][number];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const verdict = (c: Check): string => (c.ok ? 'ok' : c.timing ? 'missed' : 'NOT OK');
const SAMPLES = /\d+(?= samples)/;

/** One check of all seeds: counts added up, of a bound the worst, of anything else the first that is wrong. */
function together(seeds: number[], checks: Check[]): Check {
  const first = checks[0]!, numbers = checks.map((c) => parseFloat(c.value));
  if (checks.length === 1) return first;
  const samples = checks.map((c) => Number(SAMPLES.exec(c.what)?.[0] ?? 0)).reduce((a, b) => a + b);
  const all = { ...first, what: first.what.replace(SAMPLES, String(samples)), ok: checks.every((c) => c.ok) };
  const wrong = checks.findIndex((c) => !c.ok);
  if (numbers.some(Number.isNaN)) return wrong < 0 ? all : { ...checks[wrong]!, what: all.what, value: `${checks[wrong]!.value} (seed ${seeds[wrong]})` };
  const order = numbers.map((_, i) => i).sort((a, b) => numbers[a]! - numbers[b]!);
  const worst = first.goal.startsWith('>=') ? order[0]! : order.at(-1)!;
  return { ...all, value: wrong < 0 ? checks[worst]!.value : `${checks[worst]!.value} (seed ${seeds[worst]})` };
}

function section(all: { seed: number; result: Result }[]): string {
  const { scenario, outcome, seconds } = all[0]!.result, seeds = all.map((a) => a.seed);
  const sameAs = (what: string) => (c: Check): boolean => c.what.replace(SAMPLES, '') === what.replace(SAMPLES, '');
  const names = [...new Set(all.flatMap((a) => a.result.outcome.checks.map((c) => c.what.replace(SAMPLES, ''))))];
  const checks = names.map((name) => {
    const those = all.filter((a) => a.result.outcome.checks.some(sameAs(name)));
    return together(those.map((a) => a.seed), those.map((a) => a.result.outcome.checks.find(sameAs(name))!));
  });
  const told = all.length === 1 ? [...outcome.notes.map((n) => `${n}.`), `It took ${seconds} s.`, ''] : [`${all.length} seeds; the worst of them:`, ''];
  const each = all.length === 1 ? [] : ['', '| Seed | What was done | Not ok | Took |', '|---|---|---|---|',
    ...all.map(({ result: r }, i) => `| ${seeds[i]} | ${cell(r.outcome.notes.join('; '))} | ${cell(r.outcome.checks.filter((c) => !c.ok).map((c) => `${c.what}: ${c.value}`).join('; ')) || 'nothing'} | ${r.seconds} s |`)];
  return [`## ${scenario.goal}: ${scenario.title}`, '', ...told, '| What | Found | Goal | |', '|---|---|---|---|',
    ...checks.map((c) => `| ${cell(c.what)} | ${cell(c.value)} | ${c.goal} | ${verdict(c)} |`), ...each, ''].join('\n');
}

export function report(command: string, runs: Run[]): string {
  const names = [...new Set(runs.flatMap((r) => r.results.map((x) => x.scenario.name)))];
  const parts = names.map((name) => section(runs.flatMap((r) => r.results.filter((x) => x.scenario.name === name).map((result) => ({ seed: r.seed, result })))));
  return ['# The last full run', '', 'Written by the harness itself. Again, with the same faults at the same moments:', '',
    `    ${command}`, '', `On ${runs[0]!.machine}; ${runs[0]!.date} UTC.`, '', ...parts].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const [file, command, ...results] = process.argv.slice(2) as [string, string, ...string[]];
  writeFileSync(file, report(command, results.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Run)));
}
