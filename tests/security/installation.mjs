// An installation as deploy/systemd/README.md describes it, without systemd: programs put in place by deploy/install, a
// database and a Redis of its own, `web` and `worker` confined as their units say (file system by bwrap, system calls by
// confine), and HAProxy with the shipped configuration in front. Needs root, and an installation under RINGSIGHT_VAR whose
// PostgreSQL it borrows. Everything is gone after stop().
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lines, rules, values } from './unit-rules.mjs';

export const repo = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const patience = Number(process.env.RINGSIGHT_TEST_PATIENCE ?? 1);

/** Asks again until there is an answer that counts. */
export async function until(what, ms, probe) {
  const end = Date.now() + ms * patience;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${ms * patience} ms: ${what}`);
    await sleep(50);
  }
}

export const freePort = () => new Promise((ok) => {
  const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => ok(port)); });
});

export const statusOf = (port, path) => new Promise((ok) => {
  http.get({ host: '127.0.0.1', port, path, timeout: 2000 }, (r) => { r.resume(); ok(r.statusCode); }).on('error', () => ok(0)).on('timeout', function late() { this.destroy(); });
});

function borrowed() {
  const folder = resolve(repo, process.env.CHECK_VAR ?? process.env.RINGSIGHT_VAR ?? 'var');
  const env = Object.fromEntries(readFileSync(join(folder, 'env'), 'utf8').split('\n').filter(Boolean).map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
  return { url: (user, password, db) => `postgresql://${user}:${env[`${password}_PASSWORD`]}@127.0.0.1:${env.PG_PORT}/${db}` };
}

/** As many as shipped, or as the files that a process may open here make possible: HAProxy needs two for each. */
function connectionsHere() {
  const files = execFileSync('bash', ['-c', 'ulimit -n 20000 2>/dev/null || true; ulimit -n'], { encoding: 'utf8' }).trim();
  return files === 'unlimited' ? 8000 : Math.min(8000, Math.floor((Number(files) - 500) / 2));
}

/** The child of bwrap: the program itself, to which signals go. */
const inside = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

export class Installation {
  folder = ''; web = 0; https = 0; plain = 0; metrics = 0; worker = 0; db = ''; log = ''; children = []; #pg;
  owner = { email: 'owner@acme.example', password: `canary-${randomBytes(9).toString('hex')}-word` };

  async start({ confined = true, settings = '' } = {}) {
    this.folder = mkdtempSync('/var/lib/ringsight-installed.');
    chmodSync(this.folder, 0o755);
    const { uid, gid } = this.#user();
    this.uid = uid; this.gid = gid;
    execFileSync(join(repo, 'deploy/install'), ['--root', join(this.folder, 'root')], { env: { ...process.env, RINGSIGHT_BUILD: process.env.CHECK_BUILD ?? join(repo, 'build') }, stdio: 'pipe' });
    for (const d of ['state', 'run-web', 'run-worker', 'redis']) { mkdirSync(join(this.folder, d), { mode: 0o750 }); chownSync(join(this.folder, d), uid, gid); }
    if (confined) execFileSync('gcc', ['-std=gnu17', '-O1', '-Wall', '-Werror', '-o', join(this.folder, 'confine'), join(repo, 'tests/security/confine.c'), '-lseccomp']);
    this.confined = confined;
    [this.web, this.https, this.plain, this.metrics, this.worker] = await Promise.all(Array.from({ length: 5 }, freePort));
    await this.#database();
    await this.#redis();
    this.#configure(settings);
    this.#admin(['migrate']);
    this.#admin(['admin', 'tenant', '--slug', 'acme', '--name', 'Acme', '--zone', 'Europe/London', '--owner-email', this.owner.email, '--owner-name', 'Ann Owner', '--password-stdin'], this.owner.password);
    this.role('web'); this.role('worker');
    await until('the web role is ready', 30_000, async () => { this.#alive(); return (await statusOf(this.web, '/readyz')) === 200; });
    await until('the worker is ready', 30_000, async () => { this.#alive(); return (await statusOf(this.worker, '/readyz')) === 200; });
    return this;
  }

  #user() {
    const [, , uid, gid] = execFileSync('getent', ['passwd', 'ringsight'], { encoding: 'utf8' }).split(':');
    return { uid: Number(uid), gid: Number(gid) };
  }

  async #database() {
    this.#pg = borrowed();
    this.db = `ringsight_units_${process.pid}`;
    this.#psql('postgres', `create database ${this.db} owner ringsight_owner`);
  }

  #psql(db, sql) { execFileSync('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', this.#pg.url('postgres', 'SUPERUSER', db), '-c', sql], { stdio: 'pipe' }); }

  async #redis() {
    const socket = join(this.folder, 'redis/redis.sock');
    this.#spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--save', '', '--dir', join(this.folder, 'redis')], { uid: this.uid, gid: this.gid });
    await until('Redis', 10_000, async () => existsSync(socket));
  }

  #configure(settings) {
    const conf = join(this.folder, 'root/etc/ringsight/ringsight.conf');
    const url = (user, password) => this.#pg.url(user, password, this.db);
    const own = { public_url: `https://127.0.0.1:${this.https}`, port: this.web, metrics_port: this.metrics, worker_metrics_port: this.worker,
      database_url: url('ringsight_app', 'APP'), jobs_database_url: url('ringsight_jobs', 'JOBS'), platform_database_url: url('ringsight_platform', 'PLATFORM'),
      redis_url: 'unix:///var/lib/ringsight-redis/redis.sock' };
    // The first line of a name wins.
    const text = Object.entries(own).map(([k, v]) => `${k} = ${v}\n`).join('') + settings + readFileSync(conf, 'utf8');
    writeFileSync(conf, text);
  }

  #admin(args, input = '') {
    const command = this.#bwrap('worker', false, [...args]);
    return execFileSync(command[0], command.slice(1), { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], env: this.#adminEnv() });
  }

  /** Nothing of the installation that lends its PostgreSQL: an operator's shell has none of its settings. */
  #adminEnv() {
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('RINGSIGHT_'));
    return { ...Object.fromEntries(env), RINGSIGHT_OWNER_DATABASE_URL: this.#pg.url('ringsight_migrator', 'MIGRATOR', this.db) };
  }

  /** The command line that runs the program as a unit would. */
  #bwrap(role, confined, args, program = '/opt/ringsight/bin/ringsight') {
    const at = (p) => join(this.folder, p);
    const etc = ['ssl', 'fonts', 'passwd', 'group', 'nsswitch.conf', 'resolv.conf', 'hosts', 'ld.so.cache', 'localtime', 'alternatives'].filter((f) => existsSync(`/etc/${f}`));
    const unit = lines(join(repo, `deploy/systemd/ringsight-${role}.service`));
    const env = values(unit, 'Environment').map((e) => e.split(/=(.*)/s).slice(0, 2));
    if (confined) writeFileSync(at(`rules-${role}`), rules(unit));
    return ['bwrap', '--die-with-parent', ...['SETUID', 'SETGID', 'SETPCAP'].flatMap((c) => ['--cap-add', `CAP_${c}`]),
      '--tmpfs', '/', ...['etc', 'opt', 'run', 'var', 'var/lib'].flatMap((d) => ['--perms', '0755', '--dir', `/${d}`]), '--ro-bind', '/usr', '/usr', ...['bin', 'sbin', 'lib', 'lib64'].flatMap((d) => ['--symlink', `usr/${d}`, `/${d}`]),
      ...etc.flatMap((f) => ['--ro-bind', `/etc/${f}`, `/etc/${f}`]), '--ro-bind', at('root/etc/ringsight'), '/etc/ringsight',
      '--ro-bind', at('root/opt/ringsight'), '/opt/ringsight', '--bind', at('state'), '/var/lib/ringsight', '--bind', at('redis'), '/var/lib/ringsight-redis',
      '--bind', at(`run-${role}`), `/run/ringsight-${role}`, '--dev', '/dev', '--proc', '/proc', '--ro-bind', '/sys', '/sys', '--tmpfs', '/tmp',
      ...(confined ? ['--ro-bind', at('confine'), '/confine', '--ro-bind', at(`rules-${role}`), '/rules', '--clearenv'] : []),
      ...env.flatMap(([k, v]) => ['--setenv', k, v]), '--chdir', '/var/lib/ringsight', '--remount-ro', '/',
      'setpriv', '--reuid', String(this.uid), '--regid', String(this.gid), '--clear-groups', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--',
      ...(confined ? ['/confine', '/rules'] : []), program, ...args];
  }

  role(name) {
    const command = this.#bwrap(name, this.confined, [name]);
    return this.#spawn(command[0], command.slice(1), {}, name);
  }

  /** Runs a program of the machine as the unit of this role would; what it said and how it ended. */
  probe(role, args) {
    const command = this.#bwrap(role, true, args.slice(1), args[0]);
    try {
      return { code: 0, text: execFileSync(command[0], command.slice(1), { encoding: 'utf8', stdio: 'pipe', timeout: 20_000 }) };
    } catch (e) { return { code: e.status ?? -1, text: `${e.stdout ?? ''}${e.stderr ?? ''}` }; }
  }

  /** HAProxy with the shipped configuration: only ports, certificate and user are this machine's. */
  async proxy() {
    const at = (p) => join(this.folder, p);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-subj', '/CN=127.0.0.1', '-days', '30'], { stdio: 'pipe' });
    writeFileSync(at('tls.pem'), readFileSync(at('key.pem'), 'utf8') + readFileSync(at('cert.pem'), 'utf8'));
    const shipped = readFileSync(join(repo, 'deploy/haproxy/haproxy.cfg'), 'utf8');
    const changed = shipped.replace('/etc/ringsight/tls.pem', at('tls.pem')).replace('bind :443', `bind 127.0.0.1:${this.https}`).replace('bind :80', `bind 127.0.0.1:${this.plain}`)
      .replace('127.0.0.1:8080', `127.0.0.1:${this.web}`).replace('log /dev/log local0 info', 'log stdout format raw local0 info')
      .replace('maxconn 8000', `maxconn ${connectionsHere()}`);
    writeFileSync(at('haproxy.cfg'), changed);
    this.#spawn('haproxy', ['-f', at('haproxy.cfg')], {}, 'haproxy');
    await until('HAProxy', 20_000, async () => { this.#alive(); return (await statusOf(this.plain, '/')) === 308; });
    await sleep(0);
    return this;
  }

  #spawn(program, args, options = {}, name = program) {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const entry = { name, child, text: '' };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => { entry.text += d; this.log += d; });
    this.children.push(entry);
    return entry;
  }

  #alive() {
    for (const { name, child, text } of this.children) if (child.exitCode !== null || child.signalCode) throw new Error(`${name} ended (${child.exitCode ?? child.signalCode}): ${text.slice(-2000)}`);
  }

  /** The database, for the eyes of a test. */
  superUrl() { return this.#pg.url('postgres', 'SUPERUSER', this.db); }

  pid(name) { return inside(this.children.find((c) => c.name === name).child.pid); }

  async stop() {
    for (const { name, child } of this.children.reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((ok) => child.on('exit', ok));
      try { process.kill(name === 'web' || name === 'worker' ? inside(child.pid) : child.pid, 'SIGTERM'); } catch { /* gone meanwhile */ }
      await Promise.race([ended, sleep(15_000)]);
      child.kill('SIGKILL');
    }
    if (this.db) this.#psql('postgres', `drop database if exists ${this.db} with (force)`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
