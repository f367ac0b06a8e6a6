// A real SFTP server (OpenSSH) on a high port of loopback, with keys and a folder of its own, as the
// user who starts it. It misbehaves on request: files that grow while they are looked at, uploads that
// break off, connections that are cut.
//   node tests/providers/sim/sftp.mjs --port 2222 --folder /tmp/recordings
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync, renameSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const SSHD = '/usr/sbin/sshd';
const freePort = () => new Promise((ok) => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => ok(port)); });
});

export class Sftp {
  #child;
  #own = mkdtempSync(join(tmpdir(), 'ringsight-sftp-'));
  user = userInfo().username;
  port = 0;
  folder = join(this.#own, 'files');

  async start(port = 0, folder = this.folder) {
    const host = join(this.#own, 'host'), client = join(this.#own, 'client');
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    if (!existsSync(host)) for (const file of [host, client]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
    this.privateKey = readFileSync(client, 'utf8');
    this.hostKey = execFileSync('ssh-keygen', ['-lf', `${host}.pub`], { encoding: 'utf8' }).split(' ')[1];
    this.port ||= port || await freePort();
    if (process.getuid() === 0) mkdirSync('/run/sshd', { recursive: true }); // where the listener of root drops its rights
    writeFileSync(join(this.#own, 'config'), [
      `Port ${this.port}`, 'ListenAddress 127.0.0.1', `HostKey ${host}`, `PidFile ${this.#own}/pid`, `AuthorizedKeysFile ${client}.pub`, 'StrictModes no',
      'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin prohibit-password', 'AllowTcpForwarding no',
      'Subsystem sftp internal-sftp', 'ForceCommand internal-sftp', ''].join('\n'));
    this.#child = spawn(SSHD, ['-D', '-e', '-f', join(this.#own, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.#child.stderr.on('data', (part) => { this.log += part; });
    for (let tries = 0; ; tries++) {
      if (await new Promise((ok) => { const s = connect(this.port, '127.0.0.1', () => { s.destroy(); ok(true); }).on('error', () => ok(false)); })) break;
      if (tries > 100 || this.#child.exitCode !== null) throw new Error(`sshd does not start: ${this.log}`);
      await sleep(50);
    }
    return this;
  }

  /** Ends the listener; the connections of before go too. */
  async stop() {
    if (!this.#child || this.#child.exitCode !== null) return;
    this.disconnect();
    const ended = new Promise((ok) => this.#child.once('exit', ok));
    this.#child.kill();
    await ended;
  }

  async remove() { await this.stop(); rmSync(this.#own, { recursive: true, force: true }); }

  path(name) { return join(this.folder, name); }

  put(name, bytes) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), bytes);
  }

  /** A file that comes bit by bit; resolves when all of it is there. */
  async grow(name, bytes, steps = 5, ms = 400) {
    const step = Math.ceil(bytes.length / steps);
    this.put(name, bytes.subarray(0, step));
    for (let at = step; at < bytes.length; at += step) {
      await sleep(ms);
      appendFileSync(this.path(name), bytes.subarray(at, at + step));
    }
  }

  /** An upload as careful senders do it: under another name, which changes once all is there. */
  partial(name, bytes) {
    this.put(`${name}.filepart`, bytes.subarray(0, bytes.length >> 1));
    return () => { writeFileSync(this.path(`${name}.filepart`), bytes); renameSync(this.path(`${name}.filepart`), this.path(name)); };
  }

  /** Cuts the connections there are. */
  disconnect() {
    const children = readFileSync(`/proc/${this.#child.pid}/task/${this.#child.pid}/children`, 'utf8').split(' ').map(Number).filter(Boolean);
    for (const pid of children) try { process.kill(pid, 'SIGKILL'); } catch { /* gone meanwhile */ }
  }

  /** Nothing may be written or renamed there, for what is not root. */
  readOnly(yes) { chmodSync(this.folder, yes ? 0o555 : 0o755); }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const given = Object.fromEntries(process.argv.slice(2).join(' ').split('--').filter(Boolean).map((p) => p.trim().split(/[ =]/, 2)));
  const sftp = await new Sftp().start(Number(given.port ?? 2222), given.folder);
  console.log(`sftp://${sftp.user}@127.0.0.1:${sftp.port}${sftp.folder}\nhost key ${sftp.hostKey}\n${sftp.privateKey}`);
  process.on('SIGINT', () => sftp.remove().then(() => process.exit(0)));
}
