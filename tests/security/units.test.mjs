// The units of deploy/systemd: what systemd says of their sandbox (C4), and whether the programs do their whole work in it.
// Tried with NoNewPrivileges, ProtectSystem and the filters taken from a unit: 4.8, and failed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, repo, until } from './installation.mjs';
import { lines, values } from './unit-rules.mjs';
import { signIn, speech, upload } from './ask.mjs';
import { proxyTests } from './proxy.mjs';
import { secretTests } from './secrets.mjs';

const folder = join(repo, 'deploy/systemd');
const units = readdirSync(folder).filter((f) => f.endsWith('.service'));

test('C4: every unit scores 2.0 or less', () => {
  const scores = units.map((u) => {
    const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', join(folder, u)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const score = Number(said.match(/exposure level for \S+: (\d+\.\d)/)?.[1] ?? NaN);
    assert(score <= 2.0, `${u}: ${score}`);
    return `${u} ${score}`;
  });
  console.log(`# C4 figure: ${scores.join(', ')}`);
});

test('no unit is root or may gain a privilege, and each writes its own folders only', () => {
  for (const u of units) {
    const unit = lines(join(folder, u));
    for (const [name, value] of [['User', 'ringsight'], ['NoNewPrivileges', 'yes'], ['CapabilityBoundingSet', ''], ['ProtectSystem', 'strict'], ['LimitCORE', '0'], ['MemoryDenyWriteExecute', 'yes']])
      assert.deepEqual(values(unit, name), [value], `${u}: ${name}`);
    assert.deepEqual(values(unit, 'ReadWritePaths'), []);
    if (!u.includes('migrate')) assert.deepEqual(values(unit, 'EnvironmentFile'), [], `${u} does not get the owner's address`);
  }
});

const untried = process.env.RINGSIGHT_TEST_UNCONFINED || (process.getuid() !== 0 && 'only root can confine programs as systemd would');
describeInside();

function describeInside() {
  if (untried) { test('the programs inside', { skip: untried }, () => {}); return; }
  const here = new Installation();
  before(async () => { await here.start(); await here.proxy(); });
  after(async () => { await here.stop(); });

  test('systemd reads the units', () => {
    const dir = join(here.folder, 'root/etc/systemd/system');
    const said = execFileSync('bash', ['-c', `systemd-analyze verify --man=no --root='${here.folder}/root' ${units.map((u) => `'${join(dir, u)}'`).join(' ')} 2>&1 || true`], { encoding: 'utf8' });
    // Units of others (postgresql, network) are not under this root; ours must not be named with a fault.
    assert.deepEqual(said.split('\n').filter((l) => /ringsight-\w+\.service/.test(l) && /Unknown|Failed to parse|not executable|Invalid|ignoring/i.test(l)), []);
  });

  test('a call goes from upload to its score under the units\' filter: web, worker, decoder and speech engine', { timeout: 240_000 }, async () => {
    const ann = await signIn(here);
    const call = await upload(ann, speech(here.folder));
    const done = await until('the call is transcribed and analysed', 120_000, async () => {
      const { json } = await ann.get(`/api/v1/calls/${call}`);
      assert(json.state !== 'failed', `${json.state}: ${json.state_reason}`);
      return ['scored', 'not_scorable', 'analysed'].includes(json.state) && json;
    });
    const words = (await ann.get(`/api/v1/calls/${call}/transcript`)).text;
    assert(words.length > 40, words);
    const pdf = await ann.get(`/api/v1/calls/${call}/report.pdf`);
    assert.equal(pdf.status, 200, pdf.text.slice(0, 300));
    console.log(`# C4 figure: a call ended ${done.state} inside`);
  });

  test('the running programs have no capability, no new privileges, a filter and no core', () => {
    for (const role of ['web', 'worker']) {
      const status = readFileSync(`/proc/${here.pid(role)}/status`, 'utf8');
      for (const [name, value] of [['CapPrm', '0000000000000000'], ['CapBnd', '0000000000000000'], ['NoNewPrivs', '1'], ['Seccomp', '2']])
        assert.match(status, new RegExp(`^${name}:\\s*${value}$`, 'm'), `${role}: ${name}`);
      assert.match(readFileSync(`/proc/${here.pid(role)}/limits`, 'utf8'), /^Max core file size +0 +0/m);
    }
  });

  test('C4: ways out of the sandbox are shut', () => {
    const py = (code) => ['/usr/bin/python3', '-c', code];
    const ways = {
      'write to /etc': ['/usr/bin/touch', '/etc/ringsight/x'], 'write to the programs': ['/usr/bin/touch', '/opt/ringsight/bin/x'], 'write to /usr': ['/usr/bin/touch', '/usr/x'],
      'mount': ['/usr/bin/mount', '-t', 'tmpfs', 'x', '/tmp'], 'a namespace': ['/usr/bin/unshare', '--user', 'true'], 'a network namespace': ['/usr/bin/unshare', '--net', 'true'],
      'chroot': ['/usr/sbin/chroot', '/tmp', 'true'], 'another user': ['/usr/bin/setpriv', '--reuid', '0', 'true'],
      'a raw socket': py('import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'), 'a packet socket': py('import socket; socket.socket(17, socket.SOCK_RAW, 3)'), 'netlink': py('import socket; socket.socket(16, socket.SOCK_RAW, 0)'),
      'ptrace': py('import ctypes,sys; c=ctypes.CDLL(None,use_errno=True); sys.exit(0 if c.ptrace(0,0,0,0)==0 else 1)'),
      'memory to write and run': py('import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ|mmap.PROT_WRITE|mmap.PROT_EXEC)'),
      'bpf': py('import ctypes,sys; c=ctypes.CDLL(None); sys.exit(0 if c.syscall(321,0,0,0)!=-1 else 1)'),
      'keys of the kernel': py('import ctypes,sys; c=ctypes.CDLL(None); sys.exit(0 if c.syscall(250,0,-3,1)!=-1 else 1)'),
      'a module': py('import ctypes,sys; c=ctypes.CDLL(None,use_errno=True); r=c.syscall(175,0,0,b""); sys.exit(1 if r==-1 and ctypes.get_errno()==1 else 0)'),
      'the clock': py('import time; time.clock_settime(time.CLOCK_REALTIME, time.time())'), 'the shadow file': ['/usr/bin/cat', '/etc/shadow'],
      'homes': ['/usr/bin/ls', '/root'], 'a set-uid file': ['/usr/bin/su', '-c', 'true'],
    };
    const open = Object.entries(ways).filter(([, w]) => here.probe('worker', w).code === 0).map(([n]) => n);
    assert.deepEqual(open, []);
    // The probes themselves work: what is allowed is done.
    assert.equal(here.probe('worker', py('import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)')).code, 0);
    assert.equal(here.probe('worker', ['/usr/bin/touch', '/var/lib/ringsight/x']).code, 0);
    console.log(`# C4 figure: ${Object.keys(ways).length} ways out tried, 0 open`);
  });

  proxyTests(here);
  secretTests(here); // last: it reads what the others have left
}
