/* Inviting people: by mail through the demo's real mail server, or by a link to hand over; accepting,
 * sending again, withdrawing. What is made is made in the demo's second tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { as, base, faceless, home, isProblem, keyOf, nobody, other, send, signIn, until, MISSING, type Answer, type Client } from './house.ts';
import { mailFolder, mailsTo, mailTo, tokenOf } from './mail.ts';
import { sql } from './queue.ts';

const unique = (): string => randomUUID().slice(0, 8);
const address = (): string => `guest-${unique()}@guests.example`;
const PASSWORD = 'correct horse battery';
let owner: Client;
before(async () => { owner = await as('owner', other); });

const invite = (json: object, who = owner): Promise<Answer> => who.send('/api/v1/invitations', { method: 'POST', json });
async function invited(json: object): Promise<{ id: string; link: string | null }> {
  const answer = await invite(json);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}
const open = (path: string, json: object): Promise<Answer> => nobody.send(path, { method: 'POST', json });
const look = (token: string): Promise<Answer> => open('/api/v1/join/look', { token });
const accept = (token: string, more = {}): Promise<Answer> =>
  open('/api/v1/join', { token, name: 'New Person', password: PASSWORD, ...more });

test('a mail brings the link, once, and the invited signs in with what he chose', async () => {
  const email = address();
  const { id, link } = await invited({ email: `  ${email.toUpperCase()} `, role: 'viewer' });
  assert.equal(link, null, 'the link is in the mail alone');
  const mail = await mailTo(email);
  assert(mail.link.startsWith(`${base}/join#`), mail.link);
  assert.match(tokenOf(mail.link), /^[\w-]{43}$/, '256 bits');
  const shown = await look(tokenOf(mail.link));
  assert.equal(shown.status, 200, shown.text);
  assert.deepEqual([shown.json.sign_in, shown.json.role, shown.json.known], [email, 'Viewer', false]);
  const listed = (await owner.send('/api/v1/invitations')).json.items.find((i: { id: string }) => i.id === id);
  assert.deepEqual([listed.sign_in, listed.by_mail, listed.expired], [email, true, false]);
  await until('the mail counts as sent', 30_000, async () =>
    (await owner.send('/api/v1/invitations')).json.items.find((i: { id: string }) => i.id === id).mail_state === 'sent');
  assert.equal((await accept(tokenOf(mail.link))).status, 204);
  const session = await signIn({ email, password: PASSWORD, role: 'viewer' });
  assert.deepEqual([session.session.tenant?.id, session.session.role, session.session.user.name], [other.id, 'viewer', 'New Person']);
  isProblem(await accept(tokenOf(mail.link), { name: 'Again' }), 410, 'gone');
  assert(!(await owner.send('/api/v1/invitations')).json.items.some((i: { id: string }) => i.id === id));
});

test('the mail is one that mail servers and people can trust', async () => {
  const email = address();
  await invited({ email, role: 'viewer' });
  const mail = await mailTo(email);
  assert.match(mail.messageId ?? '', /^<[0-9a-f-]{36}@demo\.example>$/);
  assert(Math.abs(Date.now() - mail.date!.getTime()) < 300_000);
  assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
  assert.match(mail.subject ?? '', / invites you to /);
  assert(mail.html && mail.html.includes(`href="${mail.link}"`), 'HTML has the link too');
  assert(mail.raw.split('\r\n').every((l) => l.length <= 998 && !l.includes('\n')));
  assert.match(mail.raw.split('\r\n\r\n')[0]!, /^[\x20-\x7e\r\n]*$/, 'headers are ASCII');
});

test('names cannot break out of a header, a line or the markup, in any letters', async () => {
  const name = `Zoë <b>"Ω"</b>\r\nBcc: all@guests.example 名前`;
  const user = `odd${unique()}`, email = address();
  assert.equal((await accept(tokenOf((await invited({ user_name: user, role: 'admin' })).link!))).status, 204);
  await sql(`update account set name = '${name}' where email = '${user}@${other.slug}'`);
  const odd = await signIn({ email: `${user}@${other.slug}`, password: PASSWORD, role: 'admin' });
  assert.equal((await invite({ email, role: 'viewer' }, odd)).status, 201);
  const mail = await mailTo(email);
  assert.equal(mail.headers.get('bcc'), undefined);
  assert(mail.subject?.startsWith('Zoë <b>"Ω"</b>  Bcc: all@guests.example 名前 invites you'), mail.subject);
  assert(mail.text?.includes('Zoë <b>"Ω"</b>  Bcc: all@guests.example 名前 invites'));
  assert(!String(mail.html).includes('<b>"Ω"') && String(mail.html).includes('Zoë &lt;b&gt;&quot;Ω&quot;&lt;/b&gt;'));
});

test('links come from the public address, whatever the request says', async () => {
  const email = address();
  const answer = await owner.send('/api/v1/invitations', { method: 'POST', json: { email, role: 'viewer' },
    headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', 'x-forwarded-proto': 'https' } });
  assert.equal(answer.status, 201, answer.text);
  const mail = await mailTo(email);
  assert(mail.link.startsWith(`${base}/join#`));
  assert(!mail.raw.includes('evil.example') && !String(mail.html).includes('evil.example'));
});

test('the secret is in the mail and nowhere else', async () => {
  const email = address();
  await invited({ email, role: 'viewer' });
  const token = tokenOf((await mailTo(email)).link);
  const dump = (await sql(`select t::text from (select to_jsonb(m) as t from mail m union all select to_jsonb(i) from invitation i
    union all select to_jsonb(j) from job j union all select to_jsonb(h) from job_history h union all select to_jsonb(a) from audit_entry a) x
    where strpos(t::text, '${email}') > 0 or strpos(t::text, '${token}') > 0`)).join('\n');
  assert(dump.includes(email) && !dump.includes(token), 'no row holds it');
  const { readFileSync } = await import('node:fs');
  assert(!readFileSync(`${mailFolder}/../log/server.log`, 'utf8').includes(token), 'no log holds it');
  await until('what filled the mail is gone', 30_000, async () =>
    (await sql(`select count(*) from mail where recipient = '${email}' and sealed is not null`))[0] === '0');
});

test('sent again, the link before is dead and the new one holds', async () => {
  const email = address();
  const { id } = await invited({ email, role: 'viewer' });
  const first = await mailTo(email);
  const again = await owner.send(`/api/v1/invitations/${id}/renew`, { method: 'POST', json: {} });
  assert.equal(again.status, 201, again.text);
  const second = await mailTo(email, 2);
  assert.notEqual(first.link, second.link);
  isProblem(await look(tokenOf(first.link)), 410, 'gone');
  assert.equal((await look(tokenOf(second.link))).status, 200);
});

test('withdrawn and late links answer like those that never were', async () => {
  const email = address(), late = address();
  const { id } = await invited({ email, role: 'viewer' }), slow = await invited({ email: late, role: 'viewer' });
  const [mail, slowMail] = [await mailTo(email), await mailTo(late)];
  assert.equal((await owner.send(`/api/v1/invitations/${id}`, { method: 'DELETE' })).status, 204);
  await sql(`update invitation set expires_at = now() - interval '1 second' where id = '${slow.id}'`);
  const never = await look('A'.repeat(43));
  isProblem(never, 410, 'gone');
  for (const { link } of [mail, slowMail]) {
    assert.equal(faceless(await look(tokenOf(link))), faceless(never));
    assert.equal(faceless(await accept(tokenOf(link))), faceless(await accept('A'.repeat(43))));
  }
  isProblem(await owner.send(`/api/v1/invitations/${id}`, { method: 'DELETE' }), 404, 'not_found');
  isProblem(await owner.send(`/api/v1/invitations/${id}/renew`, { method: 'POST', json: {} }), 404, 'not_found');
  assert.equal((await invite({ email: late, role: 'viewer' })).status, 201, 'a late one makes room for a new one');
});

test('of many that accept at once one does (A14)', async () => {
  const { link } = await invited({ user_name: `crowd${unique()}`, role: 'viewer' });
  const answers = await Promise.all(Array.from({ length: 6 }, () => accept(tokenOf(link!))));
  const good = answers.filter((a) => a.status === 204).length;
  assert.equal(good, 1, answers.map((a) => a.status).join(' '));
  assert(answers.every((a) => [204, 409, 410, 503].includes(a.status)));
});

test('nobody gives what he may not do himself', async () => {
  const admin = await as('admin', other), manager = await as('manager', other);
  isProblem(await invite({ email: address(), role: 'viewer' }, manager), 403, 'forbidden');
  const [role] = await sql(`insert into role (tenant_id, id, slug, name, permissions)
    select tenant_id, gen_random_uuid(), 'clerk${unique()}', 'Clerk', '{people.read,people.write}' from role where slug = 'owner' and tenant_id = '${other.id}' returning slug`);
  const clerk = address();
  await invited({ email: clerk, role });
  assert.equal((await accept(tokenOf((await mailTo(clerk)).link))).status, 204);
  const small = await signIn({ email: clerk, password: PASSWORD, role: 'clerk' });
  isProblem(await invite({ email: address(), role: 'owner' }, small), 403, 'forbidden');
  const { id } = await invited({ email: address(), role: 'owner' });
  isProblem(await small.send(`/api/v1/invitations/${id}/renew`, { method: 'POST', json: {} }), 403, 'forbidden');
  const { roles } = (await small.send('/api/v1/invitation-choices')).json;
  const mayGive = (slug: string): boolean => roles.find((r: { slug: string }) => r.slug === slug).may_give;
  assert.deepEqual([role!, 'owner', 'admin', 'viewer'].map(mayGive), [true, false, false, false]);
  assert((await admin.send('/api/v1/invitation-choices')).json.roles.some((r: { slug: string; may_give: boolean }) => r.slug === 'viewer' && r.may_give));
});

test('inviting does not tell who has an account elsewhere (A3)', async () => {
  const known = home.users.find((u) => u.role === 'manager')!.email;
  const [one, two] = [await invite({ email: known, role: 'viewer' }), await invite({ email: address(), role: 'viewer' })];
  const shape = (a: Answer): string => faceless(a).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  assert.equal(one.status, 201, one.text);
  assert.equal(shape(one).replace(/content-length\n\d+/i, ''), shape(two).replace(/content-length\n\d+/i, ''));
  const listed = (await owner.send('/api/v1/invitations')).json.items.slice(0, 2);
  assert.deepEqual(Object.keys(listed[0]), Object.keys(listed[1]));
  await owner.send(`/api/v1/invitations/${one.json.id}`, { method: 'DELETE' });
});

test('who has an account joins with it, signed in, and only with the invited address', async () => {
  const who = home.users.find((u) => u.role === 'supervisor')!;
  const before = (await mailsTo(who.email)).length;
  await invited({ email: who.email, role: 'viewer' });
  const token = tokenOf((await mailTo(who.email, before + 1)).link);
  assert.equal((await look(token)).json.known, true);
  isProblem(await accept(token), 409, 'conflict');
  isProblem(await nobody.send('/api/v1/join/account', { method: 'POST', json: { token } }), 401);
  isProblem(await (await as('viewer')).send('/api/v1/join/account', { method: 'POST', json: { token } }), 403, 'forbidden');
  isProblem(await keyOf(home).send('/api/v1/join/account', { method: 'POST', json: { token } }), 403, 'forbidden');
  const person = await signIn(who, home);
  const joined = await person.send('/api/v1/join/account', { method: 'POST', json: { token } });
  assert.equal(joined.status, 200, joined.text);
  assert.equal(joined.json.tenant_id, other.id);
  const chosen = await person.send('/api/v1/session/tenant', { method: 'PUT', json: { id: other.id } });
  assert.equal(chosen.json.role, 'viewer');
  await sql(`delete from membership where tenant_id = '${other.id}' and account_id = '${chosen.json.user.id}'`);
});

test('without mail a link is handed over, for a user name of the tenant', async () => {
  const name = `Maria.${unique()}`;
  const { link } = await invited({ user_name: name, role: 'agent' });
  assert(link!.startsWith(`${base}/join#`));
  const sign_in = `${name.toLowerCase()}@${other.slug}`;
  assert.equal((await look(tokenOf(link!))).json.sign_in, sign_in);
  assert.equal((await accept(tokenOf(link!))).status, 204);
  const session = await signIn({ email: sign_in, password: PASSWORD, role: 'agent' });
  assert.equal(session.session.tenant?.slug, other.slug);
  const member = (await owner.send('/api/v1/members?limit=100')).json.items.find((m: { email: string }) => m.email === sign_in);
  assert.equal(member.by_user_name, true);
});

test('fields are checked, each named with its cure', async () => {
  const cases: [object, string][] = [[{ role: 'viewer' }, 'email'], [{ email: address(), user_name: 'x1', role: 'viewer' }, 'email'],
    [{ email: 'nobody', role: 'viewer' }, 'email'], [{ email: 'a@b', role: 'viewer' }, 'email'], [{ email: 'zoë@guests.example', role: 'viewer' }, 'email'],
    [{ email: 'a@guests.example\r\nRCPT TO:<b@guests.example>', role: 'viewer' }, 'email'], [{ email: 'a,b@guests.example', role: 'viewer' }, 'email'],
    [{ user_name: 'no blanks', role: 'viewer' }, 'user_name'], [{ user_name: '-x', role: 'viewer' }, 'user_name'], [{ user_name: 'a@b', role: 'viewer' }, 'user_name'],
    [{ email: address(), role: 'emperor' }, 'role'], [{ email: other.users[0]!.email, role: 'viewer' }, 'email'], [{ email: address(), role: 'viewer', tenant_id: home.id }, 'tenant_id']];
  for (const [json, field] of cases) {
    const answer = await invite(json);
    isProblem(answer, 422);
    assert(field in (answer.json.fields ?? {}), `${field}: ${answer.text}`);
  }
  const { link } = await invited({ user_name: `fields${unique()}`, role: 'viewer' });
  for (const [more, field] of [[{ name: '  ' }, 'name'], [{ name: 'x'.repeat(121) }, 'name'], [{ password: 'short' }, 'password']] as const) {
    const answer = await accept(tokenOf(link!), more);
    isProblem(answer, 422, 'bad_input');
    assert.deepEqual(Object.keys(answer.json.fields), [field]);
  }
  const email = address();
  await invited({ email, role: 'viewer' });
  isProblem(await invite({ email, role: 'viewer' }), 409, 'conflict');
});

test('each step stands in the audit log, without the secret', async () => {
  const email = address();
  const { id } = await invited({ email, role: 'viewer' });
  await mailTo(email); // one that still waits is not sent any more
  await owner.send(`/api/v1/invitations/${id}/renew`, { method: 'POST', json: {} });
  const token = tokenOf((await mailTo(email, 2)).link);
  assert.equal((await accept(token, { name: 'Audited Person' })).status, 204);
  const { items } = (await owner.send('/api/v1/audit?limit=30')).json;
  const of = (act: string): { given: Record<string, string | null>; objects: Record<string, string>; actor: string } | undefined => items.find((i: { act: string; given: object; objects: object }) =>
    i.act === act && JSON.stringify([i.given, i.objects]).match(new RegExp(`${id}|${email}|Audited Person`)));
  assert.equal(of('POST /invitations')?.given.email, email);
  assert.equal(of('POST /invitations/{invitation}/renew')?.objects.invitation, id);
  assert.equal(of('POST /join')?.actor, 'Audited Person');
  assert.equal(of('POST /join')?.given.token, null);
  assert(!JSON.stringify(items).includes(token));
});

test('a refusal for now is tried again, one for good ends with the reason shown', async () => {
  const busy = `busy-${unique()}@guests.example`, refused = `refused-${unique()}@guests.example`;
  const [one, two] = [await invited({ email: busy, role: 'viewer' }), await invited({ email: refused, role: 'viewer' })];
  const stateOf = async (id: string): Promise<{ mail_state: string; mail_reason: string | null }> =>
    (await owner.send('/api/v1/invitations?limit=100')).json.items.find((i: { id: string }) => i.id === id);
  const bad = await until('the mail is refused for good', 60_000, async () => {
    const state = await stateOf(two.id);
    return state.mail_state === 'failed' && state;
  });
  assert.match(bad.mail_reason!, /550 5\.1\.1 There is no such mailbox/);
  await until('the mail that had to wait', 90_000, async () => (await stateOf(one.id)).mail_state === 'sent');
  assert.equal((await mailsTo(busy)).length, 1, 'once');
  const row = (await owner.send('/api/v1/mails?limit=100')).json.items.find((m: { recipient: string }) => m.recipient === refused);
  assert.equal(row.state, 'failed');
});

test('invitations of another tenant are not there', async () => {
  const { id } = await invited({ user_name: `own${unique()}`, role: 'viewer' });
  const stranger = await as('owner');
  const missing = await stranger.send(`/api/v1/invitations/${MISSING}`, { method: 'DELETE' });
  assert.equal(faceless(await stranger.send(`/api/v1/invitations/${id}`, { method: 'DELETE' })), faceless(missing));
  assert(!(await stranger.send('/api/v1/invitations?limit=100')).text.includes(id));
  assert((await send('/api/v1/invitations')).status === 401);
});
