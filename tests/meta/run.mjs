// Runs every check of this folder. A check returns its faults as sentences; none is "ok".
import * as cases from './cases.mjs';
import * as build from './build.mjs';
import * as calls from './calls.mjs';
import * as layers from './layers.mjs';
import * as linked from './linked.mjs';
import * as rows from './rows.mjs';
import * as security from './security.mjs';
import * as settings from './settings.mjs';
import * as sizes from './sizes.mjs';
import * as suites from './suites.mjs';
import * as words from './words.mjs';

let failed = 0;
for (const [name, check] of [layers, linked, sizes, words, calls, settings, rows, suites, cases, security, build].flatMap((m) => m.checks)) {
  let faults;
  try {
    faults = check();
  } catch (error) {
    faults = [`the check itself broke: ${error.stack}`];
  }
  console.log(`${faults.length ? 'not ok' : 'ok'} ${name}`);
  for (const fault of faults) console.log(`    ${fault}`);
  if (faults.length) failed++;
}
for (const note of sizes.notes()) console.log(`# ${note}`);
process.exitCode = failed ? 1 : 0;
