// A24: secrets that went through the running service are looked for where they must not be: logs of every process,
// command lines and environments of children, core dumps, answers, the database and the state folder. Tried
// without PR_SET_DUMPABLE, and failed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, signIn } from './ask.mjs';

const read = (path) => { try { return readFileSync(path, 'latin1'); } catch { return ''; } };

/** Every process below this one. */
function below(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return children.flatMap((c) => [c, ...below(c)]);
}

export function secretTests(here) {
  test('A24: no secret that was used stands in a log, a command line, a child\'s environment, an answer, the database or a file', { timeout: 120_000 }, async () => {
    const ann = await signIn(here);
    const canary = { password: here.owner.password };
    ann.cookies.forEach((c, i) => { canary[`cookie ${i}`] = c.split(';')[0].split('=')[1]; });
    canary.csrf = ann.session.csrf;
    const key = await ann.post('/api/v1/api-keys', { name: 'Canary', role: 'viewer' });
    if (key.status === 201) canary['API key'] = Object.values(key.json).find((v) => typeof v === 'string' && v.startsWith('rs_'));
    const engine = 'sk-canary-0123456789abcdef0123456789abcdef';
    canary['engine key'] = engine;
    const made = await ann.post('/api/v1/integrations', { provider: 'generic', name: 'Canary', settings: { secret: 'whcanary-0123456789abcdefghijklmnop' } });
    canary['hook secret'] = 'whcanary-0123456789abcdefghijklmnop';
    const shown = made.text.match(/\/hooks\/generic\/([\w-]{16,})/);
    if (shown) canary['hook token'] = shown[1];
    // Wrong in every place, so that errors speak of them.
    const answers = [
      await ask(here, '/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: here.owner.email, password: `${here.owner.password}x` }) }),
      await ask(here, '/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'x', password: here.owner.password, more: here.owner.password }) }),
      await ask(here, '/api/v1/calls', { headers: { authorization: `Bearer ${canary['API key'] ?? 'rs_none'}x` } }),
      await ask(here, '/api/v1/none', { headers: ann.headers }),
      await ann.post('/api/v1/speech-engines', { kind: 'openai', name: 'C', settings: { api_key: engine, nonsense: engine } }),
      await ask(here, `/hooks/generic/${canary['hook token'] ?? 'none'}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{broken' }),
      await ann.get('/api/v1/integrations'), await ann.get('/api/v1/api-keys'), await ann.get('/api/v1/audit?limit=100'),
    ];
    assert(Object.values(canary).filter(Boolean).length >= 5, JSON.stringify(Object.keys(canary)));

    const processes = below(process.pid).filter((p) => /ringsight|haproxy/.test(read(`/proc/${p}/comm`)) || /ringsight/.test(read(`/proc/${p}/cmdline`)));
    assert(processes.length >= 3, `${processes.length} processes`);
    const places = { log: here.log, answers: answers.map((a) => a.text + JSON.stringify(a.headers)).join('\n') };
    for (const p of processes) {
      places[`cmdline of ${p}`] = read(`/proc/${p}/cmdline`);
      places[`environ of ${p}`] = read(`/proc/${p}/environ`);
    }
    places.database = execFileSync('pg_dump', ['-a', '-d', here.superUrl()], { encoding: 'latin1', maxBuffer: 1 << 28 });
    for (const f of execFileSync('find', [join(here.folder, 'state'), '-type', 'f'], { encoding: 'utf8' }).split('\n').filter(Boolean)) places[f.slice(here.folder.length)] = read(f);
    // The token of a page stands beside the hash of its session: it is worth nothing without the cookie.
    const found = Object.entries(places).flatMap(([where, text]) => Object.entries(canary).filter(([what, v]) => v && text.includes(v) && !(where === 'database' && what === 'csrf')).map(([what]) => `${what} in ${where}`));
    assert.deepEqual(found, []);
    // Passwords of the database stand in the settings alone.
    const urls = [...read(join(here.folder, 'root/etc/ringsight/ringsight.conf')).matchAll(/postgresql:\/\/\w+:(\w+)@/g)].map((m) => m[1]).filter((p) => p !== 'PASSWORD');
    for (const [where, text] of Object.entries(places)) for (const p of urls) assert(!text.includes(p), `a password of the database in ${where}`);
    console.log(`# A24 figure: ${Object.values(canary).filter(Boolean).length + urls.length} secrets looked for in ${Object.keys(places).length} places, 0 found`);
  });

  test('A24: no core is dumped, and no other process of the user reads the memory', () => {
    for (const role of ['web', 'worker']) {
      const pid = here.pid(role);
      assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0/m);
      // /proc of a process that may not be dumped belongs to root, so its own user is refused.
      const as = (path) => { try { execFileSync('setpriv', ['--reuid', String(here.uid), '--regid', String(here.gid), '--clear-groups', 'cat', path], { stdio: 'pipe', maxBuffer: 1 << 24 }); return 'read'; } catch { return 'refused'; } };
      assert.equal(as(`/proc/${pid}/environ`), 'refused', role);
      assert.equal(as(`/proc/${pid}/maps`), 'refused', role);
    }
    const left = existsSync(join(here.folder, 'state')) ? readdirSync(join(here.folder, 'state')).filter((f) => /^core/.test(f)) : [];
    assert.deepEqual(left, []);
  });
}
