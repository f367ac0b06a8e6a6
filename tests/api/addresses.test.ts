/* Another mail address of an account: password and second factor once more, a link to each side, nothing before both;
 * "this was not me"; an address that is somebody's tells nothing (A3); limits; who cannot. The people are made for it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { as, Client, faceless, isProblem, keyOf, nobody, other, send, sleep, until, type Answer } from './house.ts';
import { mailsTo, mailTo, tokenOf } from './mail.ts';
import { sql } from './queue.ts';

const PASSWORD = 'correct horse battery';
const API = '/api/v1';
let owner: Client;
before(async () => { owner = await as('owner', other); await sql('delete from password_ask'); });
// All tests here come from one network, whose wrong passwords are counted together.
beforeEach(() => sql('delete from sign_in_count'));

interface Person { email: string; name: string; me: Client }
const fresh = (): string => `address-${randomUUID().slice(0, 8)}@guests.example`;
const post = (who: Client, path: string, json?: object): Promise<Answer> => who.send(API + path, { method: 'POST', json });
const enter = (email: string): Promise<Answer> => send(`${API}/session`, { method: 'POST', json: { email, password: PASSWORD } });
function clientOf(answer: Answer): Client {
  assert.equal(answer.status, 200, answer.text);
  const cookie = answer.headers['set-cookie']!.find((c) => /^(__Host-)?ringsight_session=/.test(c))!.split(';')[0]!;
  return new Client('somebody', { cookie, 'x-csrf-token': answer.json.csrf });
}
async function person(): Promise<Person> {
  const email = fresh(), name = email.split('@')[0]!;
  const invited = await post(owner, '/invitations', { email, role: 'viewer' });
  assert.equal(invited.status, 201, invited.text);
  assert.equal((await post(nobody, '/join', { token: tokenOf((await mailTo(email)).link), name, password: PASSWORD })).status, 204);
  return { email, name, me: clientOf(await enter(email)) };
}
const ask = (p: Person, email: string, more: object = {}): Promise<Answer> => post(p.me, '/address-change', { email, password: PASSWORD, ...more });
/** Asked for; what stands behind # in the two links. The old address's first mail was its invitation. */
async function asked(p: Person, email = fresh()): Promise<{ email: string; old: string; fresh: string }> {
  const before = (await mailsTo(p.email)).length;
  const answer = await ask(p, email);
  assert.equal(answer.status, 204, answer.text);
  const [atOld, atNew] = [await mailTo(p.email, before + 1), await mailTo(email)];
  assert.match(atOld.link, /\/address#[\w-]{40,}$/);
  assert.match(atNew.link, /\/address#[\w-]{40,}$/);
  assert.match(atOld.text!, new RegExp(`/address-stop#${tokenOf(atOld.link)}$`, 'm'));
  assert(!atNew.text!.includes('address-stop'), 'the new address can stop nothing');
  assert(String(atOld.html).includes(atOld.link) && String(atNew.html).includes(atNew.link));
  return { email, old: tokenOf(atOld.link), fresh: tokenOf(atNew.link) };
}
const confirm = (token: string): Promise<Answer> => post(nobody, '/address-change/confirm', { token });
const stateOf = async (token: string): Promise<string> => {
  const answer = await confirm(token);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.state;
};
const pending = async (p: Person) => (await p.me.get(`${API}/address-change`)).pending;
const acts = async (name: string): Promise<string[]> => (await owner.get(`${API}/audit`, { query: { limit: 100 } })).items
  .filter((e) => e.actor === name).map((e) => e.act);

for (const first of ['old', 'fresh'] as const)
  test(`nothing changes until both have confirmed, the ${first} one first`, async () => {
    const p = await person(), change = await asked(p), second = first === 'old' ? 'fresh' : 'old';
    assert.deepEqual([(await pending(p))!.email, (await pending(p))!.old_confirmed, (await pending(p))!.new_confirmed], [change.email, false, false]);
    const looked = await post(nobody, '/address-change/look', { token: change[first] });
    assert.deepEqual(looked.json, { side: first === 'old' ? 'old' : 'new', email: change.email, name: p.name, other_confirmed: false });
    assert.equal((await pending(p))!.old_confirmed, false, 'looking confirms nothing');
    assert.equal(await stateOf(change[first]), 'waiting');
    assert.equal(await stateOf(change[first]), 'waiting', 'twice from one side is not both');
    assert.equal((await enter(change.email)).status, 401);
    assert.equal((await enter(p.email)).status, 200);
    assert.equal(await stateOf(change[second]), 'done');
    assert.equal((await enter(p.email)).status, 401, 'the old one does not sign in any more');
    assert.equal(clientOf(await enter(change.email)) instanceof Client, true);
    await sleep(1_050);
    assert.equal((await p.me.get(`${API}/session`)).user.email, change.email, 'who was signed in stays so');
    assert.equal(await pending(p), null);
    for (const token of [change.old, change.fresh]) isProblem(await confirm(token), 410, 'gone');
    for (const address of [p.email, change.email])
      await until(`the mail to ${address}`, 60_000, async () => (await mailsTo(address)).some((m) => /address was changed/.test(m.subject ?? '')));
    const log = await acts(p.name);
    assert.equal(log.filter((a) => a === 'POST /address-change/confirm').length >= 2, true, log.join());
    assert(log.includes('POST /address-change'));
  });

test('it asks for the password, and where there is a second factor for its code too', async () => {
  const p = await person();
  const refused = await ask(p, fresh(), { password: 'not mine at all' });
  isProblem(refused, 422, 'bad_input');
  assert.match(refused.json.fields.password, /not your password/);
  const begun = await post(p.me, '/second-factor', { password: PASSWORD });
  const code = (steps: number): string => execFileSync('oathtool', ['--totp', '--base32', `--now=@${Math.floor(Date.now() / 1000) + 30 * steps}`, begun.json.secret], { encoding: 'utf8' }).trim();
  await until('a new step', 60_000, async () => Date.now() / 1000 % 30 < 15);
  const confirmed = await post(p.me, '/second-factor/confirm', { code: code(-1) });
  p.me = new Client(p.name, { ...p.me.headers, cookie: confirmed.headers['set-cookie']![0]!.split(';')[0]! });
  const without = await ask(p, fresh());
  isProblem(without, 422, 'bad_input');
  assert.match(without.json.fields.code, /second factor/);
  isProblem(await ask(p, fresh(), { code: code(-1) }), 422, 'bad_input'); // used
  assert.equal(await pending(p), null);
  assert.equal((await ask(p, fresh(), { code: code(0) })).status, 204);
});

test('"this was not me" stops it and ends every other session; the new address cannot', async () => {
  const p = await person(), thief = clientOf(await enter(p.email)), change = await asked({ ...p, me: thief });
  isProblem(await post(nobody, '/address-change/stop', { token: change.fresh }), 410, 'gone');
  assert.equal((await pending(p))!.email, change.email);
  assert.equal(await stateOf(change.fresh), 'waiting');
  assert.equal((await p.me.send(`${API}/address-change/stop`, { method: 'POST', json: { token: change.old } })).status, 204);
  await sleep(1_000);
  isProblem(await thief.send(`${API}/session`), 401, 'unauthenticated');
  assert.equal((await p.me.send(`${API}/session`)).status, 200, 'the one that stopped it stays');
  for (const token of [change.old, change.fresh]) isProblem(await confirm(token), 410, 'gone');
  assert.equal((await enter(p.email)).status, 200);
  assert((await acts(p.name)).includes('POST /address-change/stop'));
  const again = await asked(p);
  assert.equal((await post(nobody, '/address-change/stop', { token: again.old })).status, 204);
  await sleep(1_000);
  isProblem(await p.me.send(`${API}/session`), 401, 'unauthenticated');
});

test("A3: an address that is somebody's answers the same; its owner is told, and no link goes there", async () => {
  const [p, q] = [await person(), await person()];
  const before = [(await mailsTo(p.email)).length, (await mailsTo(q.email)).length] as const;
  const free = await ask(p, fresh()), taken = await ask(p, q.email);
  assert.equal(faceless(taken), faceless(free));
  assert.equal((await pending(p))!.email, q.email);
  const told = await mailTo(q.email, before[1] + 1);
  assert.match(told.subject!, /wanted to use your address/);
  assert(!/#/.test(told.text!) && !told.text!.includes(p.email) && !told.text!.includes(p.name), 'neither a link nor who it was');
  const mine = await mailTo(p.email, before[0] + 2);
  assert.equal(await stateOf(tokenOf(mine.link)), 'waiting', 'the old address sees what it would see otherwise');
  assert.equal((await enter(q.email)).json.user.name, q.name);
});

test('an address that somebody else takes meanwhile is not taken from them', async () => {
  const [p, q] = [await person(), await person()], wanted = fresh();
  const mine = await asked(p, wanted);
  await asked(q, fresh());
  assert.equal(await stateOf(mine.old), 'waiting');
  await sql(`update account set email = '${wanted}' where email = '${q.email}'`);
  assert.equal(await stateOf(mine.fresh), 'taken');
  assert.equal((await enter(wanted)).json.user.name, q.name);
  assert.equal((await enter(p.email)).json.user.name, p.name);
});

test('links hold for a day, the newest ask alone counts, and it can be withdrawn', async () => {
  const p = await person(), first = await asked(p), second = await asked(p);
  isProblem(await confirm(first.old), 410, 'gone');
  assert.equal(await stateOf(second.fresh), 'waiting');
  assert.equal((await p.me.send(`${API}/address-change`, { method: 'DELETE' })).status, 204);
  isProblem(await confirm(second.old), 410, 'gone');
  isProblem(await p.me.send(`${API}/address-change`, { method: 'DELETE' }), 404, 'not_found');
  const third = await asked(p);
  await sql(`update address_change set expires_at = now() - interval '1 second' where new_email = '${third.email}'`);
  isProblem(await confirm(third.old), 410, 'gone');
  assert.equal(await pending(p), null);
  assert.equal((await enter(p.email)).status, 200);
});

test('five in a day, and three mails in a day to one new address, which is not told', async () => {
  const p = await person(), q = await person(), target = fresh();
  for (let i = 0; i < 5; i++) assert.equal((await ask(p, target)).status, 204);
  isProblem(await ask(p, target), 429, 'rate_limited');
  assert.equal((await ask(q, target)).status, 204);
  await until('the mails to the old addresses', 60_000, async () => (await mailsTo(q.email)).length === 2 && (await mailsTo(p.email)).length >= 2);
  await until('the jobs are done', 60_000, async () => (await sql("select 1 from job where kind in ('addresses.ask', 'mail.send')")).length === 0);
  assert((await mailsTo(target)).length <= 3, 'mails to the target');
});

test('bad addresses and the own one are refused by name; links that are none are gone', async () => {
  const p = await person();
  for (const bad of ['nonsense', 'a@b c', '@x.example', 'a\nb@x.example', `${'x'.repeat(250)}@x.example`]) {
    const answer = await ask(p, bad);
    isProblem(answer, 422, 'bad_input');
    assert.deepEqual(Object.keys(answer.json.fields), ['email'], bad);
  }
  assert.match((await ask(p, ` ${p.email.toUpperCase()} `)).json.fields.email, /your address already/);
  for (const path of ['look', 'confirm', 'stop']) isProblem(await post(nobody, `/address-change/${path}`, { token: 'A'.repeat(43) }), 410, 'gone');
  isProblem(await ask({ ...p, me: nobody }, fresh()), 401);
  isProblem(await keyOf(other).send(`${API}/address-change`), 403, 'forbidden');
});

test('who signs in with a user name, or by a provider that speaks for the address, cannot', async () => {
  const user = `nomail${randomUUID().slice(0, 6)}`;
  const { link } = await owner.post(`${API}/invitations`, { user_name: user, role: 'viewer' });
  await post(nobody, '/join', { token: tokenOf(link!), name: user, password: PASSWORD });
  const me = clientOf(await enter(`${user}@${other.slug}`));
  assert.match((await me.get(`${API}/address-change`)).refused!, /user name/);
  isProblem(await ask({ email: '', name: user, me }, fresh()), 409, 'conflict');
  const p = await person(), kept = await sql(`select count(*) from oidc where tenant_id = '${other.id}'`);
  if (kept[0] !== '0') return; // the provider's own tests left one
  await sql(`insert into oidc (tenant_id, active, name, issuer, client_id, domains, default_role, vouched, by_owner)
    values ('${other.id}', true, 'Test', 'https://idp.example', 'x', '{guests.example}', 'viewer', '{}', true)`);
  try {
    const answer = await ask(p, fresh());
    isProblem(answer, 409, 'conflict');
    assert.match(answer.json.detail, /provider/);
  } finally { await sql(`delete from oidc where tenant_id = '${other.id}' and name = 'Test'`); }
  assert.equal((await ask(p, fresh())).status, 204);
});

test('the database holds the secret of no link', async () => {
  const p = await person(), change = await asked(p);
  const rows = (await sql(`select row_to_json(c)::text from address_change c where new_email = '${change.email}'`)).join();
  assert(rows.length > 50);
  for (const token of [change.old, change.fresh]) assert(!rows.includes(token) && !rows.includes(Buffer.from(token).toString('hex')));
});
