/* How a mail server is spoken to: real ones from npm, and `ringsight admin mail-test` as the sender. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { freePort, ownCommand } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringsight-smtp-'));
after(() => rmSync(folder, { recursive: true, force: true }));
// Signed by itself, for 127.0.0.1: nobody we trust vouches for it.
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
  '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')], { stdio: 'ignore' });
const tls = { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) };

interface Taken { mails: string[]; users: string[]; secure: boolean[]; port: number; close: () => void }
async function server(options: SMTPServerOptions): Promise<Taken> {
  const taken: Taken = { mails: [], users: [], secure: [], port: 0, close: () => smtp.close() };
  const smtp = new SMTPServer({
    ...options, logger: false,
    onAuth(auth, session, done) {
      taken.users.push(`${auth.username}:${auth.password}`);
      done(auth.password === 'right' ? null : new Error('no'), { user: auth.username });
    },
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (part) => { text += part; });
      stream.on('end', () => { taken.mails.push(text); taken.secure.push(session.secure); done(); });
    },
  });
  smtp.on('error', () => undefined);
  await new Promise<void>((ok) => smtp.listen(0, '127.0.0.1', ok));
  taken.port = (smtp.server.address() as AddressInfo).port;
  return taken;
}
const send = (settings: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> =>
  ownCommand(['admin', 'mail-test', '--email', 'to@guests.example'], { RINGSIGHT_SMTP_FROM: 'calls@house.example', ...settings }).ended;

test('on loopback a mail goes out as it is', async () => {
  const to = await server({ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] });
  const { code, err } = await send({ RINGSIGHT_SMTP_URL: `smtp://127.0.0.1:${to.port}` });
  to.close();
  assert.equal(code, 0, err);
  assert.match(to.mails[0]!, /^Subject: Mail from Ringsight arrives\r$/m);
});

test('where STARTTLS is asked for, a server without it gets neither mail nor password', async () => {
  const to = await server({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
  const { code, err } = await send({ RINGSIGHT_SMTP_URL: `smtp://127.0.0.1:${to.port}`, RINGSIGHT_SMTP_TLS: 'required',
    RINGSIGHT_SMTP_USER: 'calls', RINGSIGHT_SMTP_PASSWORD_COMMAND: 'echo right' });
  to.close();
  assert.equal(code, 1);
  assert.match(err, /STARTTLS/);
  assert.deepEqual([to.mails, to.users], [[], []]);
});

test('a certificate that nobody vouches for is not believed, by STARTTLS or by smtps', async () => {
  for (const secure of [false, true]) {
    const to = await server({ ...tls, secure });
    const { code, err } = await send({ RINGSIGHT_SMTP_URL: `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${to.port}`, RINGSIGHT_SMTP_TLS: 'required',
      RINGSIGHT_SMTP_USER: 'calls', RINGSIGHT_SMTP_PASSWORD_COMMAND: 'echo right' });
    to.close();
    assert.equal(code, 1, String(secure));
    assert.match(err, /cannot be reached: .*certificate/i);
    assert.deepEqual([to.mails, to.users], [[], []]);
  }
});

test('user and password are given, and a wrong one is told without being shown', async () => {
  const to = await server({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
  const settings = { RINGSIGHT_SMTP_URL: `smtp://127.0.0.1:${to.port}`, RINGSIGHT_SMTP_USER: 'calls' };
  const good = await send({ ...settings, RINGSIGHT_SMTP_PASSWORD_COMMAND: 'echo right' });
  assert.equal(good.code, 0, good.err);
  const bad = await send({ ...settings, RINGSIGHT_SMTP_PASSWORD_COMMAND: 'echo hush-hush' });
  to.close();
  assert.deepEqual(to.users, ['calls:right', 'calls:hush-hush']);
  assert.equal(bad.code, 1);
  assert.match(bad.err, /refuses our sign-in: check the settings smtp_user/);
  assert(!`${bad.out}${bad.err}`.includes('hush-hush'));
  assert.equal(to.mails.length, 1);
});

test('nobody there, and settings that fit nothing, are sentences', async () => {
  const port = await freePort();
  const cases: [Record<string, string>, RegExp][] = [
    [{ RINGSIGHT_SMTP_URL: `smtp://127.0.0.1:${port}` }, /mail server 127\.0\.0\.1 cannot be reached/],
    [{}, /No mail server is set up: see the setting smtp_url/],
    [{ RINGSIGHT_SMTP_URL: 'http://127.0.0.1' }, /Setting smtp_url: give smtp:\/\/host:port/],
    [{ RINGSIGHT_SMTP_URL: 'smtp://127.0.0.1', RINGSIGHT_SMTP_FROM: 'nobody' }, /Setting smtp_from is "nobody"/],
    [{ RINGSIGHT_SMTP_URL: 'smtp://127.0.0.1', RINGSIGHT_SMTP_USER: 'calls' }, /smtp_password_file and smtp_password_command/],
    [{ RINGSIGHT_SMTP_URL: 'smtp://127.0.0.1', RINGSIGHT_SMTP_TLS: 'maybe' }, /Setting smtp_tls is "maybe"/]];
  for (const [settings, words] of cases) {
    const { code, err } = await send(settings);
    assert.equal(code, 1);
    assert.match(err, words);
  }
});
