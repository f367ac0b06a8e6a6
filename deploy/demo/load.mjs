// Makes the demo's companies, people, agents, integrations and API keys through `ringsight admin`,
// then writes VAR/demo.json (facts for people and tests) and VAR/demo/phone-systems.json (for
// phone-systems.mjs). Run by deploy/up when the server is ready; a later run only brings addresses
// and ports up to date. Usage: node load.mjs PATH-OF-RINGSIGHT VAR
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCompanies } from './conversation.mjs';

const [, , program, varFolder] = process.argv;
const demoPath = join(varFolder, 'demo.json');
const systemsPath = join(varFolder, 'demo', 'phone-systems.json');
const partPath = join(varFolder, 'demo', 'loaded.json');
const env = process.env;
const baseUrl = env.RINGSIGHT_PUBLIC_URL;
const localUrl = `http://127.0.0.1:${env.RINGSIGHT_PORT}`;
const ports = env.RINGSIGHT_DEMO_UCM_PORTS.split(',').map(p => p.split(':').map(Number));

async function readJson(path, otherwise) {
  try { return JSON.parse(await readFile(path, 'utf8')); } catch { return otherwise; }
}

async function writeJson(path, value) {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

// Runs `ringsight admin …` with `input` on standard input, and reads the JSON object it prints.
function admin(args, input = '') {
  return new Promise((ok, fail) => {
    const child = spawn(program, ['admin', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.on('data', d => { out += d; });
    child.stderr.on('data', d => { err += d; });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', fail);
    child.on('close', code => {
      if (code !== 0)
        return fail(new Error(`ringsight admin ${args[0]} failed: ${(err || out).trim()}`));
      try { ok(JSON.parse(out)); } catch { fail(new Error(`ringsight admin ${args[0]} printed no JSON: ${out}`)); }
    });
  });
}

// Easy to read and to type, long enough for the password rules: "maple-river-4821-stone".
function password() {
  const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'flint', 'grove', 'hazel', 'ivory',
                 'juniper', 'lagoon', 'maple', 'north', 'ocean', 'pebble', 'quartz', 'river',
                 'stone', 'timber', 'valley', 'willow'];
  const word = () => words[randomInt(words.length)];
  return `${word()}-${word()}-${randomInt(1000, 10000)}-${word()}`;
}

const withPassword = args => [...args, '--password-stdin'];

// What is done is remembered step by step, so that an interrupted load goes on where it stopped.
const done = await readJson(partPath, {});
async function once(key, step) {
  if (!(key in done)) {
    done[key] = await step();
    await writeJson(partPath, done);
  }
  return done[key];
}

async function person(key, args, facts) {
  return once(key, async () => {
    const secret = password();
    const answer = await admin(withPassword(args), secret);
    return { ...facts, password: secret, answer };
  });
}

async function loadCompany(company, i) {
  const { slug } = company;
  const owner = await person(`${slug}/owner`, [
    'tenant', '--slug', slug, '--name', company.name, '--zone', company.zone,
    '--owner-email', company.owner.email, '--owner-name', company.owner.name,
  ], { email: company.owner.email, role: 'owner' });
  const users = [owner];
  for (const u of company.users)
    users.push(await person(`${slug}/${u.email}`, [
      'user', '--tenant', slug, '--email', u.email, '--name', u.name, '--role', u.role,
    ], { email: u.email, role: u.role }));
  for (const a of company.agents)
    await once(`${slug}/agent/${a.extension}`, () => admin([
      'agent', '--tenant', slug, '--name', a.name, '--extension', a.extension,
      ...(a.email ? ['--email', a.email] : [])]));
  const key = await once(`${slug}/key`, () => admin([
    'api-key', '--tenant', slug, '--name', 'Demo', '--role', 'admin']));
  const ucmPassword = await once(`${slug}/ucm-password`, () => randomBytes(9).toString('base64url'));
  const integration = await once(`${slug}/ucm`, () => admin(
    ['integration', '--tenant', slug, '--provider', 'ucm', '--name', `${company.name} UCM`,
     '--settings-stdin'],
    JSON.stringify({ base_url: `http://127.0.0.1:${ports[i][0]}`, username: 'cdrapi',
                     password: ucmPassword, tls: 'ca', zone: company.zone })));
  const generic = await once(`${slug}/generic`, () => admin(
    ['integration', '--tenant', slug, '--provider', 'generic', '--name', 'Own systems',
     '--settings-stdin'], '{}'));
  return { slug, owner, users, key, ucmPassword, integration, generic };
}

const moved = (url, base) => base + new URL(url, 'http://ringsight').pathname;

function facts(superAdmin, loaded) {
  return {
    base_url: baseUrl,
    database_url: env.RINGSIGHT_DEMO_DATABASE_URL,
    owner_database_url: env.RINGSIGHT_DEMO_OWNER_DATABASE_URL,
    redis_url: env.RINGSIGHT_DEMO_REDIS_URL,
    super_admin: { email: superAdmin.email, password: superAdmin.password,
                   totp_secret: superAdmin.answer.totp_secret ?? null },
    tenants: loaded.map(({ slug, owner, users, key, integration, generic }) => ({
      slug, id: owner.answer.tenant_id,
      users: users.map(({ email, password, role }) => ({ email, password, role })),
      api_key: key.key,
      hooks: { ucm: moved(integration.hook_url, baseUrl), generic: moved(generic.hook_url, baseUrl) },
      hook_secrets: { ucm: integration.hook_secret ?? null, generic: generic.hook_secret ?? null },
    })),
    ami_port: Number(env.RINGSIGHT_DEMO_AMI_PORT), // free, and called by an Asterisk integration
    phone_systems: loaded.map(({ slug }, i) => ({
      tenant: slug, url: `http://127.0.0.1:${ports[i][0]}`,
      control_url: `http://127.0.0.1:${ports[i][1]}` })),
  };
}

try {
  const superAdmin = await person('super-admin', ['super-admin', '--email', 'super@ringsight.example'],
                                  { email: 'super@ringsight.example' });
  const loaded = [];
  for (const [i, company] of (await readCompanies()).entries())
    loaded.push(await loadCompany(company, i));
  await writeJson(systemsPath, loaded.map(({ slug, integration, ucmPassword }, i) => ({
    slug, port: ports[i][0], control_port: ports[i][1], user: 'cdrapi', password: ucmPassword,
    hook_url: moved(integration.hook_url, localUrl) })));
  await writeJson(demoPath, facts(superAdmin, loaded));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
