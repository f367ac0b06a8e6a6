/* Takes the scenarios one after the other through one installation and prints what came of it, as
 * "ok" and "not ok" lines and, with --json, for report.ts. Started by tests/chaos/run. */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Run } from './report.ts';
import { zero, type Check, type Outcome } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { watchDrift } from './watch.ts';
import { World, type Sizes } from './world.ts';

const words = process.argv.slice(2);
const given = (name: string): string | undefined => words[words.indexOf(name) + 1 || words.length];
const number = (name: string, otherwise: number): number => {
  const value = words.includes(name) ? Number(given(name)) : otherwise;
  if (!(value > 0)) throw new Error(`${name} takes a number above 0.`);
  return value;
};

// Two minutes' worth.
const SMALL = ['checker', 'kills', 'redis', 'deaths', 'reins'];

const small = words.includes('--small');
const seed = number('--seed', Math.floor(Date.now() / 1000) % 1_000_000);
const hooks = number('--hooks', small ? 400 : 10_000);
const sizes: Sizes = { seed, hooks, minutes: number('--minutes', Math.max(0.5, hooks / 2_000)), small };
if (words.includes('--redis-off')) sizes.redisOff = number('--redis-off', 10);
const names = given('--scenario')?.split(',') ?? (small ? SMALL : scenarios.map((s) => s.name));
const chosen = names.map((name) => {
  const found = scenarios.find((s) => s.name === name || s.goal.toLowerCase() === name.toLowerCase());
  if (!found) throw new Error(`There is no scenario ${name}; there are ${scenarios.map((s) => s.name).join(', ')}.`);
  return found;
});

const command = `tests/chaos/run --seed ${seed} --hooks ${hooks} --minutes ${sizes.minutes}${small ? ' --small' : ''}`
  + (sizes.redisOff ? ` --redis-off ${sizes.redisOff}` : '') + (words.includes('--scenario') ? ` --scenario ${names.join()}` : '');
const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const world = new World(sizes, `${process.env.RINGSIGHT_VAR}/history-${seed}.jsonl`);
const machine = `${cpus().length} x ${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GB, commit ${process.env.CHAOS_COMMIT}`;

function show(name: string, check: Check): void {
  const line = `${name}: ${check.what}: ${check.value} (goal ${check.goal})`;
  if (check.ok) say(`ok ${line}`);
  else if (check.timing && small) say(`# missed on this machine, not judged in a small run: ${line}`);
  else {
    say(`not ok ${line}`);
    process.exitCode = 1;
  }
}

const results: Run['results'] = [];
say(`# seed ${seed}; again with: ${command}`);
say(`# ${machine}`);
try {
  await world.start();
  for (const scenario of chosen) {
    const from = world.history.now, refusals = world.phones.refusals;
    const ledger = watchDrift(world);
    let outcome: Outcome;
    try {
      outcome = await scenario.run(world);
    } catch (error) {
      outcome = { checks: [{ what: 'it ran to its end', value: (error as Error).stack!, goal: 'yes', ok: false }], notes: [] };
    }
    await world.up();
    const { n, drifted } = await ledger();
    outcome.checks.push(zero(`Q11: drift in ${n} samples of the ledger`, drifted));
    outcome.checks.push(zero('logins refused by a phone system', world.phones.refusals - refusals));
    const fell = world.fallen(from);
    outcome.checks.push({ what: 'processes that crashed by themselves', value: fell.join(', ') || '0', goal: '0', ok: !fell.length });
    const seconds = Math.round((world.history.now - from) / 1000);
    results.push({ scenario: { name: scenario.name, goal: scenario.goal, title: scenario.title }, outcome, seconds });
    say(`# ${scenario.goal} ${scenario.name}, ${seconds} s: ${scenario.title}`);
    for (const note of outcome.notes) say(`#   ${note}`);
    for (const check of outcome.checks) show(scenario.name, check);
  }
} finally {
  await world.stop();
}
say(`# history: ${world.history.path}`);
if (words.includes('--json')) writeFileSync(given('--json')!, JSON.stringify({ seed, machine, results, date: new Date().toISOString().slice(0, 16) } satisfies Run));
process.exit(process.exitCode ?? 0);
