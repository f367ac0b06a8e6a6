/* New passwords by a link: asked for by mail, or handed over by an admin to those without mail. The people
 * are made for it in the demo's second tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { as, base, demo, faceless, home, isProblem, nobody, other, send, signIn, sleep, until, MISSING, type Answer, type Client } from './house.ts';
import { mailsTo, mailTo, tokenOf } from './mail.ts';
import { sql } from './queue.ts';
import { ownServer } from './server.ts';

const unique = (): string => randomUUID().slice(0, 8);
const PASSWORD = 'correct horse battery', FRESH = 'a quite different one';
let owner: Client;
// All tests here come from one network, which may ask twenty times an hour.
before(async () => { owner = await as('owner', other); await sql('delete from password_ask'); });

const ask = (email: string): Promise<Answer> => nobody.send('/api/v1/password-resets', { method: 'POST', json: { email } });
const look = (token: string): Promise<Answer> => nobody.send('/api/v1/password-resets/look', { method: 'POST', json: { token } });
const use = (token: string, password = FRESH): Promise<Answer> => nobody.send('/api/v1/password-resets/use', { method: 'POST', json: { token, password } });
const enter = (email: string, password: string): Promise<Answer> => send('/api/v1/session', { method: 'POST', json: { email, password } });

/** Somebody new; with `mail` by an address, else by a user name. */
async function person(mail: boolean, role = 'viewer'): Promise<string> {
  const name = `person-${unique()}`, email = mail ? `${name}@guests.example` : `${name}@${other.slug}`;
  const answer = await owner.send('/api/v1/invitations', { method: 'POST', json: { ...(mail ? { email } : { user_name: name }), role } });
  assert.equal(answer.status, 201, answer.text);
  const link = mail ? (await mailTo(email)).link : answer.json.link;
  const joined = await nobody.send('/api/v1/join', { method: 'POST', json: { token: tokenOf(link), name: 'Forgetful', password: PASSWORD } });
  assert.equal(joined.status, 204, joined.text);
  return email;
}
/** The n-th mail with a link to reset. */
const resetTo = (email: string, n = 1) => until(`reset ${n} to ${email}`, 60_000, async () =>
  (await mailsTo(email)).filter((m) => m.link.includes('/reset#'))[n - 1]);
const memberOf = async (email: string): Promise<string> =>
  (await owner.send('/api/v1/members?limit=100')).json.items.find((m: { email: string }) => m.email === email).id;

test('a mailed link sets a new password once, ends every session, and a mail tells of it', async () => {
  const email = await person(true);
  const old = await signIn({ email, password: PASSWORD, role: 'viewer' });
  assert.equal((await ask(` ${email.toUpperCase()} `)).status, 204);
  const mail = await resetTo(email);
  assert(mail.link.startsWith(`${base}/reset#`));
  assert.deepEqual((await look(tokenOf(mail.link))).json, { sign_in: email, name: 'Forgetful' });
  isProblem(await use(tokenOf(mail.link), 'short'), 422, 'bad_input');
  assert.equal((await use(tokenOf(mail.link))).status, 204);
  isProblem(await enter(email, PASSWORD), 401, 'bad_login');
  assert.equal((await enter(email, FRESH)).status, 200);
  await sleep(1_050);
  isProblem(await old.send('/api/v1/session'), 401, 'unauthenticated');
  isProblem(await use(tokenOf(mail.link), 'once more please'), 410, 'gone');
  await until('the mail that it happened', 60_000, async () => (await mailsTo(email)).some((m) => m.subject === 'Your password was changed'));
  const entries = (await owner.send('/api/v1/audit?limit=20')).json.items;
  assert(entries.some((e: { act: string; actor: string; given: { password: null } }) => e.act === 'POST /password-resets/use' && e.actor === 'Forgetful' && e.given.password === null));
});

test('the answer is the same bytes for every address, and nobody else gets a mail (A3)', async () => {
  const email = await person(true), user = await person(false), nowhere = `nobody-${unique()}@nowhere.example`;
  const answers = [];
  for (const who of [email, nowhere, user, demo.super_admin.email]) answers.push(await ask(who));
  for (const a of answers) assert.equal(faceless(a), faceless(answers[0]!));
  assert.equal(answers[0]!.status, 204);
  await resetTo(email);
  await until('all were looked up', 30_000, async () => (await sql(`select count(*) from job where kind = 'passwords.ask'`))[0] === '0');
  for (const who of [nowhere, user, demo.super_admin.email]) assert.equal((await mailsTo(who)).length, 0, who);
});

test('what the request does is the same for every address: one row, one job (A3)', async () => {
  const counted = async (who: string): Promise<string[]> => {
    const before = await sql('select count(*) from password_ask');
    assert.equal((await ask(who)).status, 204);
    const [after] = await sql('select count(*) from password_ask');
    const [row] = await sql(`select id from password_ask where address = '${who}' order by at desc limit 1`);
    const jobs = await sql(`select count(*) from (select object_id from job union all select object_id from job_history) j where object_id = '${row}'`);
    return [String(Number(after) - Number(before[0])), jobs[0]!];
  };
  const email = await person(true);
  assert.deepEqual(await counted(email), ['1', '1']);
  assert.deepEqual(await counted(`nobody-${unique()}@nowhere.example`), ['1', '1']);
});

test('three mails an hour for one address, and an end for one network', async () => {
  await sql('delete from password_ask');
  const email = await person(true);
  for (let i = 0; i < 5; i++) assert.equal((await ask(email)).status, 204, 'silently');
  await resetTo(email, 3);
  await until('all were looked up', 30_000, async () => (await sql(`select count(*) from job where kind in ('passwords.ask', 'mail.send') and state <> 'dead'`))[0] === '0');
  assert.equal((await mailsTo(email)).filter((m) => m.link.includes('/reset#')).length, 3);
  for (let i = 5; i < 20; i++) assert.equal((await ask(`nobody-${i}@nowhere.example`)).status, 204);
  const refused = await ask(`nobody-20@nowhere.example`);
  isProblem(refused, 429, 'rate_limited');
  assert.equal(refused.headers['retry-after'], '3600');
  await sql('delete from password_ask');
});

test('late links answer like those that never were, and each new password voids the rest', async () => {
  const email = await person(true);
  await ask(email);
  const first = await resetTo(email);
  await ask(email);
  const second = await resetTo(email, 2);
  assert.equal((await use(tokenOf(second.link))).status, 204);
  const never = await look('A'.repeat(43));
  isProblem(never, 410, 'gone');
  assert.equal(faceless(await look(tokenOf(first.link))), faceless(never));
  await ask(email);
  const third = await resetTo(email, 3);
  const [left] = await sql(`select extract(epoch from expires_at - created_at)::int from password_reset order by created_at desc limit 1`);
  assert.equal(left, '1800');
  await sql(`update password_reset set expires_at = now() where used_at is null`);
  assert.equal(faceless(await use(tokenOf(third.link))), faceless(await use('A'.repeat(43))));
});

test('an admin hands over a link to one without mail, and to nobody whose account is his own', async () => {
  const user = await person(false), email = await person(true);
  const answer = await owner.send(`/api/v1/members/${await memberOf(user)}/password-link`, { method: 'POST', json: {} });
  assert.equal(answer.status, 201, answer.text);
  assert(answer.json.link.startsWith(`${base}/reset#`));
  const next = await owner.send(`/api/v1/members/${await memberOf(user)}/password-link`, { method: 'POST', json: {} });
  isProblem(await use(tokenOf(answer.json.link)), 410, 'gone');
  assert.equal((await use(tokenOf(next.json.link))).status, 204);
  assert.equal((await enter(user, FRESH)).status, 200);
  isProblem(await owner.send(`/api/v1/members/${await memberOf(email)}/password-link`, { method: 'POST', json: {} }), 409, 'conflict');
  const stranger = await as('owner');
  const path = (id: string): string => `/api/v1/members/${id}/password-link`;
  assert.equal(faceless(await stranger.send(path(await memberOf(user)), { method: 'POST', json: {} })), faceless(await stranger.send(path(MISSING), { method: 'POST', json: {} })));
});

test('nobody gets into an account that may more than his own', async () => {
  const high = await person(false, 'owner');
  const [role] = await sql(`insert into role (tenant_id, id, slug, name, permissions) values ('${other.id}', gen_random_uuid(), 'desk${unique()}', 'Desk', '{people.read,people.write}') returning slug`);
  const low = await person(false, role);
  const desk = await signIn({ email: low, password: PASSWORD, role: 'desk' });
  isProblem(await desk.send(`/api/v1/members/${await memberOf(high)}/password-link`, { method: 'POST', json: {} }), 403, 'forbidden');
});

test('without a mail server the product says so, and links by hand are left', async () => {
  const own = await ownServer();
  try {
    assert.equal((await send('/api/v1/password-resets', { port: own.port })).json.by_mail, false);
    isProblem(await send('/api/v1/password-resets', { port: own.port, method: 'POST', json: { email: home.users[0]!.email } }), 409, 'conflict');
    const to = (path: string, json?: object): Promise<Answer> => send(path, { port: own.port, headers: owner.headers, ...(json ? { method: 'POST', json } : {}) });
    assert.equal((await to('/api/v1/invitation-choices')).json.by_mail, false);
    const refused = await to('/api/v1/invitations', { email: `x-${unique()}@guests.example`, role: 'viewer' });
    isProblem(refused, 422, 'bad_input');
    assert.match(refused.json.fields.email, /sends no mail/);
    assert.equal((await to('/api/v1/invitations', { user_name: `hand${unique()}`, role: 'viewer' })).status, 201);
  } finally {
    await own.remove();
  }
});
