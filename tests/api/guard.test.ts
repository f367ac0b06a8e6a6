/* Guessing passwords (A3, A4): wrong ones are counted by account, by network and over all, each beyond a few makes
 * the next wait longer; whoever is known by the device gets in all the same; an account that does not exist is
 * answered alike, and takes as long. TEST_GUESSES=10000 makes A4 as large as TRUST.md says. */
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { demo, faceless, home, isProblem, login, send, sleep, until, type Answer } from './house.ts';
import { metric, ownCommand, ownServer, type Own } from './server.ts';
import { sql } from './queue.ts';

const GUESSES = Number(process.env.TEST_GUESSES ?? 400);
const settings = { RINGSIGHT_TRUSTED_PROXIES: '127.0.0.1/32', RINGSIGHT_SIGN_IN_RATE: '0', RINGSIGHT_NETWORK_TRIES: '0', RINGSIGHT_WRONG_RATE: '0', RINGSIGHT_SIGN_IN_TRIES: '0' };
const server = async (more: Record<string, string>, act: (own: Own) => Promise<void>): Promise<void> => {
  const own = await ownServer(undefined, { settings: { ...settings, ...more } });
  try { await act(own); } finally { await own.remove(); }
};
const address = (): string => `203.0.${randomInt(256)}.${randomInt(1, 255)}`;
const stranger = (): string => `${randomUUID()}@nowhere.example`;
const victim = login('viewer');

const signIn = (own: Own, email: string, password: string, ask: { from?: string; cookie?: string; path?: string } = {}): Promise<Answer> =>
  send(ask.path ?? '/api/v1/session', { port: own.port, method: 'POST', json: { email, password }, timeout: 60_000,
    headers: { 'x-forwarded-for': ask.from ?? address(), ...(ask.cookie ? { cookie: ask.cookie } : {}) } });
const guess = (own: Own, email: string, ask = {}): Promise<Answer> => signIn(own, email, `wrong-${randomUUID()}`, ask);
const deviceOf = (answer: Answer): string => {
  const set = answer.headers['set-cookie']!.find((c) => /^(__Host-)?ringsight_device=/.test(c));
  assert(set, 'the device is told its name');
  for (const flag of [/; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i]) assert.match(set, flag);
  return set.split(';')[0]!;
};
const counted = (answers: Answer[], status: number): number => answers.filter((a) => a.status === status).length;
/** Several at a time, for the passwords are looked at two at a time. */
async function many(n: number, ask: (i: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < n; i += 20) answers.push(...await Promise.all(Array.from({ length: Math.min(20, n - i) }, (_, k) => ask(i + k))));
  return answers;
}
/** Guesses until strangers have to wait for more than a few seconds, however slow this machine is. */
const locked = (own: Own, email: string): Promise<Answer> => until('strangers have to wait', 120_000, async () => {
  const told = await guess(own, email);
  return told.status === 429 && Number(told.headers['retry-after']) > 8 && told;
});
const forget = (): Promise<string[]> => sql('delete from sign_in_count');
before(forget);
after(forget);

test('wrong passwords for an account make the next wait longer, from wherever they come', async () => {
  await server({ RINGSIGHT_SIGN_IN_TRIES: '5' }, async (own) => {
    for (let i = 0; i < 5; i++) isProblem(await guess(own, victim.email), 401, 'bad_login');
    const waits: number[] = [];
    for (let looked = true; waits.length < 3;) {
      const told = await guess(own, victim.email);
      if (told.status === 429 && looked) {
        isProblem(told, 429, 'rate_limited');
        assert.match(told.json.detail, /^Too many wrong passwords: try again in \d+ seconds?\.$/);
        waits.push(Number(told.headers['retry-after']));
      }
      looked = told.status === 401;
      if (!looked) await sleep(100);
    }
    assert(waits[1]! > waits[0]! && waits[2]! > waits[1]! && waits[2]! <= 64, `waits ${waits}`);
    await locked(own, victim.email);
    isProblem(await signIn(own, victim.email, victim.password), 429); // not looked at
    assert(await metric(own, 'ringsight_http_refused_total{reason="sign_in_guard"}') >= 4);
    await until('the right one gets in after the wait, and all is forgotten', 60_000, async () => (await signIn(own, victim.email, victim.password)).status === 200);
    for (let i = 0; i < 4; i++) isProblem(await guess(own, victim.email), 401, 'bad_login');
    assert.equal((await signIn(own, victim.email, victim.password)).status, 200);
  });
});

test('A4: guesses from many addresses: few are looked at, and the owner gets in on a device that is known', { timeout: 600_000 }, async () => {
  await server({ RINGSIGHT_SIGN_IN_TRIES: '10', RINGSIGHT_WRONG_RATE: '30', RINGSIGHT_NETWORK_TRIES: '30' }, async (own) => {
    const cookie = deviceOf(await signIn(own, victim.email, victim.password));
    const from = Array.from({ length: Math.max(40, GUESSES / 10) }, address);
    const answers = await many(GUESSES, (i) => guess(own, victim.email, { from: from[i % from.length] }));
    assert.equal(counted(answers, 401) + counted(answers, 429), GUESSES);
    assert(counted(answers, 401) >= 10 && counted(answers, 401) <= 100, `${counted(answers, 401)} of ${GUESSES} looked at`);
    await locked(own, victim.email);
    isProblem(await signIn(own, victim.email, victim.password), 429);
    const known = await signIn(own, victim.email, victim.password, { cookie, from: from[0]! });
    assert.equal(known.status, 200, known.text);
    assert.equal(deviceOf(known), cookie, 'it keeps its name');
    isProblem(await guess(own, victim.email), 429, 'rate_limited'); // and strangers wait on
    await forget();
    await locked(own, victim.email);
    const unlock = await ownCommand(['admin', 'unlock', '--email', victim.email.toUpperCase()], {}).ended;
    assert.equal(unlock.code, 0, unlock.err);
    assert.equal((await signIn(own, victim.email, victim.password)).status, 200, 'ringsight admin unlock');
  });
});

test('A4: one password tried on many accounts from many addresses: few are looked at', { timeout: 600_000 }, async () => {
  await server({ RINGSIGHT_WRONG_RATE: '30' }, async (own) => {
    const device = deviceOf(await signIn(own, victim.email, victim.password)), began = Date.now();
    const answers = await many(GUESSES, () => guess(own, stranger()));
    const most = 60 + (Date.now() - began) / 2_000 + 2;
    assert(counted(answers, 401) >= 50 && counted(answers, 401) <= most, `${counted(answers, 401)} looked at, not ${most} at most`);
    assert.equal((await signIn(own, victim.email, victim.password, { cookie: device })).status, 200);
  });
});

test('a network that tries many accounts waits, another does not', async () => {
  await server({ RINGSIGHT_NETWORK_TRIES: '10' }, async (own) => {
    const from = address(), answers: Answer[] = [];
    for (let i = 0; i < 30; i++) answers.push(await guess(own, stranger(), { from }));
    assert(counted(answers, 401) >= 10 && counted(answers, 401) <= 16, `${counted(answers, 401)} looked at`);
    isProblem(await guess(own, stranger()), 401, 'bad_login');
    const net = `2001:db8:${randomInt(9999)}:1`, six: Answer[] = [];
    for (let i = 0; i < 20; i++) six.push(await guess(own, stranger(), { from: `${net}::${i + 1}` }));
    assert(counted(six, 401) <= 15, 'of IPv6 the network counts');
  });
});

test('a known device has tries of its own; a name that was never given is none', async () => {
  await server({ RINGSIGHT_SIGN_IN_TRIES: '5' }, async (own) => {
    const cookie = deviceOf(await signIn(own, victim.email, victim.password));
    const answers: Answer[] = [];
    for (let i = 0; i < 12; i++) answers.push(await guess(own, victim.email, { cookie }));
    assert(counted(answers, 401) >= 5 && counted(answers, 401) <= 8, 'whoever has the device may not guess for ever');
    assert.equal((await signIn(own, victim.email, victim.password)).status, 200, 'elsewhere it makes no difference');
    const manager = login('manager'), invented: Answer[] = [];
    for (let i = 0; i < 12; i++) invented.push(await guess(own, manager.email, { cookie: `ringsight_device=${randomUUID()}${randomUUID()}` }));
    assert(counted(invented, 401) <= 8, 'a made-up name is no device');
    const foreign: Answer[] = [];
    await forget();
    for (let i = 0; i < 12; i++) foreign.push(await guess(own, manager.email, { cookie }));
    assert(counted(foreign, 401) <= 8, 'and one of another account is none of this');
    await locked(own, manager.email);
    isProblem(await signIn(own, manager.email, manager.password, { cookie }), 429);
    await forget();
  });
});

test('guesses sent all at once count as well', async () => {
  await server({ RINGSIGHT_SIGN_IN_TRIES: '5' }, async (own) => {
    const email = stranger(), answers = await Promise.all(Array.from({ length: 40 }, () => guess(own, email)));
    assert(counted(answers, 401) <= 8, `${counted(answers, 401)} of 40 looked at`);
  });
});

test('people who sign in all at once, with the right password, are not disturbed', async () => {
  await server({ RINGSIGHT_SIGN_IN_TRIES: '10', RINGSIGHT_NETWORK_TRIES: '30', RINGSIGHT_WRONG_RATE: '30' }, async (own) => {
    const from = address(), people = home.users;
    const answers = await many(60, (i) => signIn(own, people[i % people.length]!.email, people[i % people.length]!.password, { from }));
    assert.equal(counted(answers, 200), 60, answers.find((a) => a.status !== 200)?.text);
  });
});

test('A3: an account that does not exist is answered by the same bytes, refused or made to wait', async () => {
  await server({ RINGSIGHT_SIGN_IN_TRIES: '3' }, async (own) => {
    const unknown = stranger(), operator = demo.super_admin.email;
    for (let i = 0; i < 3; i++) {
      const [a, b, c] = [await guess(own, victim.email), await guess(own, unknown), await guess(own, operator)];
      assert.equal(faceless(a!), faceless(b!));
      assert.equal(faceless(a!), faceless(c!));
    }
    const waits = await Promise.all([victim.email, unknown, operator].map((email) => locked(own, email)));
    for (const w of waits) isProblem(w, 429, 'rate_limited');
    assert.equal(new Set(waits.map((w) => Object.keys(w.headers).sort().join() + w.json.title)).size, 1);
    await forget();
  });
});

test('A3: and takes as long', { timeout: 300_000 }, async () => {
  await server({}, async (own) => {
    const took: [number[], number[]] = [[], []];
    for (let i = 0; i < 24; i++) {
      const began = performance.now();
      isProblem(await guess(own, i % 2 ? stranger() : victim.email), 401);
      took[i % 2]!.push(performance.now() - began);
    }
    const [known, unknown] = took.map((t) => t.sort((a, b) => a - b)[3]!) as [number, number];
    assert(unknown / known > 0.6 && unknown / known < 1.7, `${known} ms known, ${unknown} ms unknown`);
  });
});
