// The demo's phone systems: one simulated UCM per company, kept running beside the server by
// deploy/up. Each demo call ends a few seconds after the one before: its CDR goes to the tenant's
// hook, and the server fetches the recording from here. What was told already is not told again
// after a restart. Usage: node phone-systems.mjs VAR/demo   (reads phone-systems.json there)
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CdrWriter } from './cdr.mjs';
import { readCalls, readCompanies, speak } from './conversation.mjs';
import { Ucm } from './ucm.mjs';

const folder = process.argv[2];
const statePath = join(folder, 'told.json');
const paceMs = Number(process.env.RINGSIGHT_DEMO_PACE_MS ?? 5000);

const settings = JSON.parse(await readFile(join(folder, 'phone-systems.json'), 'utf8'));
const companies = await readCompanies();
const calls = await readCalls();
// By call name: what was written for it, and whether the hook has acknowledged it.
const state = JSON.parse(await readFile(statePath, 'utf8').catch(() => '{}'));
let saving = Promise.resolve();

function save() {
  saving = saving.then(async () => {
    await writeFile(`${statePath}.new`, JSON.stringify(state));
    await rename(`${statePath}.new`, statePath);
  });
  return saving;
}

const systems = new Map();
for (const { slug, port, control_port, user, password, hook_url } of settings) {
  const company = companies.find(c => c.slug === slug);
  const ucm = new Ucm({ users: { [user]: password } });
  await ucm.listen(port);
  await ucm.listenControl(control_port);
  ucm.output.configure({ url: hook_url, retryMs: 1000 });
  ucm.output.onDelivered = ({ record }) => {
    const session = (record.main_cdr ?? record).session;
    const told = Object.values(state).find(s => s.slug === slug && s.session === session);
    if (told) told.delivered = true;
    save();
  };
  const last = Math.max(71_000, ...Object.values(state)
    .filter(s => s.slug === slug).map(s => s.nextAcctId - 1));
  systems.set(slug, { ucm, writer: new CdrWriter(company, last + 1) });
  console.log(`${company.name}: phone system at ${ucm.url}, control at ${ucm.controlUrl}`);
}

for (const name of ['SIGINT', 'SIGTERM']) {
  process.on(name, async () => {
    await Promise.all([...systems.values()].map(s => s.ucm.close()));
    await saving;
    process.exit(0);
  });
}

async function tell(call) {
  const { ucm, writer } = systems.get(call.company);
  const spoken = [];
  for (const leg of call.legs) spoken.push(await speak(leg, join(folder, 'audio')));
  const before = state[call.name];
  const told = before ?? {
    slug: call.company, ...writer.write(call, spoken, Date.now()), nextAcctId: writer.nextAcctId };
  told.session = (told.item.main_cdr ?? told.item).session;
  state[call.name] = told;
  for (const { name, ...recording } of told.recordings)
    ucm.addRecording(name, { ...recording, path: join(folder, 'audio', basename(recording.path)) });
  ucm.addRecords([told.item], { push: !told.delivered, shape: call.push });
  await save();
  return !before;
}

let next = 0;
for (const call of calls) {
  // Speaking the next call may take longer than the pace; then it simply ends later.
  const wait = next - Date.now();
  if (wait > 0 && !state[call.name]) await new Promise(ok => setTimeout(ok, wait));
  if (await tell(call)) {
    next = Date.now() + paceMs;
    console.log(`${call.name} has ended`);
  }
}
console.log(`all ${calls.length} calls told`);
