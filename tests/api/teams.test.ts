/* Teams: made, filled, led; and that who is held to his own teams sees their calls and nothing of others'
 * (TRUST.md T2): in lists, counts, pages, sound, reports and notices, by every route of the contract. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { address, as, faceless, home, isProblem, keyOf, other, send, signIn, someCalls, until, MISSING, type Client } from './house.ts';

const unique = (): string => randomUUID().slice(0, 8);
interface Route { label: string; method: string; path: string; params: string[]; who: string }
const document = (await send('/api/v1/openapi.json')).json as { paths: Record<string, Record<string, { 'x-permission': string }>> };
const routes: Route[] = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, o]) => ({
  label: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, who: o['x-permission'], params: [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!) })));

type Person = Client & { session: { permissions: string[]; user: { id: string } } };
let owner: Person, lead: Person, member: string, team: string;
let mine: string[], theirs: string[], agent: string, stranger: string;
const teams: string[] = [];

/** A new person of the tenant, in this role. */
async function person(role: string): Promise<{ client: Person; member: string }> {
  const name = `lead${unique()}`;
  const made = await owner.send('/api/v1/invitations', { method: 'POST', json: { user_name: name, role } });
  assert.equal(made.status, 201, made.text);
  const password = `held to teams ${unique()}`;
  const joined = await send('/api/v1/join', { method: 'POST', json: { token: new URL(made.json.link).hash.slice(1), name: `Lead ${name}`, password } });
  assert.equal(joined.status, 204, joined.text);
  const client = await signIn({ email: `${name}@${home.slug}`, password, role }) as Person;
  let cursor: string | null = null;
  do {
    const page: any = (await owner.send(address('/api/v1/members', { query: { limit: 100, ...(cursor ? { cursor } : {}) } }))).json; // eslint-disable-line
    const found = page.items.find((m: { name: string; id: string }) => m.name === `Lead ${name}`);
    if (found) return { client, member: found.id };
    cursor = page.next;
  } while (cursor);
  throw new Error('the new member is in no list');
}
const hold = (id: string, own_teams: boolean, who: Client = owner) => who.send(`/api/v1/members/${id}/sight`, { method: 'PUT', json: { own_teams } });
async function makeTeam(json: object): Promise<string> {
  const answer = await owner.send('/api/v1/teams', { method: 'POST', json: { name: `Team ${unique()}`, ...json } });
  assert.equal(answer.status, 201, answer.text);
  teams.push(answer.json.id);
  return answer.json.id;
}
async function change(id: string, json: object, who: Client = owner) {
  const { headers } = await owner.send(`/api/v1/teams/${id}`);
  return who.send(`/api/v1/teams/${id}`, { method: 'PATCH', json, headers: { 'if-match': String(headers.etag) } });
}
/** Identity lives a second in each loop of each process: a change is there when it shows for longer than that. */
async function soon(what: string, probe: () => Promise<boolean>): Promise<void> {
  let since = 0;
  await until(what, 20_000, async () => {
    if (!await probe()) since = 0;
    else since ||= Date.now();
    return since > 0 && Date.now() - since > 1_500;
  });
}
const seen = async (who: Client, query = {}): Promise<string[]> => (await who.get('/api/v1/calls', { query: { limit: 100, ...query } })).items.map((c) => c.id);
const lies = (a: string[], b: string[]): boolean => a.every((x) => b.includes(x));

before(async () => {
  owner = await as('owner') as Person;
  await someCalls();
  await until('scored calls of two agents', 120_000, async () => {
    const { items } = await keyOf(home).get('/api/v1/calls', { query: { limit: 100, recording: true, score_below: 10_001 - 1 } });
    const agents = [...new Set(items.flatMap((c) => c.agent_id ?? []))];
    if (agents.length < 2) return false;
    [agent, stranger] = [agents[0]!, agents[1]!];
    mine = items.filter((c) => c.agent_id === agent).map((c) => c.id);
    theirs = items.filter((c) => c.agent_id === stranger).map((c) => c.id);
    return true;
  });
  ({ client: lead, member } = await person('manager'));
  team = await makeTeam({ agents: [agent], leads: [lead.session.user.id] });
});
after(async () => {
  for (const id of teams) await owner.send(`/api/v1/teams/${id}`, { method: 'DELETE' });
});

test('a team is made, changed by one at a time, and refused where something does not fit', async () => {
  const one = await owner.get('/api/v1/teams/{team}', { params: { team } });
  assert.deepEqual([one.agents.map((a) => a.id), one.leads.map((l) => l.id)], [[agent], [lead.session.user.id]]);
  const listed = (await owner.get('/api/v1/teams', { query: { limit: 100 } })).items.find((t) => t.id === team)!;
  assert.deepEqual([listed.agents, listed.leads.length], [1, 1]);
  const put = (json: object) => owner.send('/api/v1/teams', { method: 'POST', json });
  const fault = async (json: object, field: string) => {
    const answer = await put({ name: `Team ${unique()}`, ...json });
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], answer.text);
  };
  await fault({ name: one.name.toUpperCase() }, 'name');
  await fault({ name: '  ' }, 'name');
  await fault({ agents: ['x'] }, 'agents');
  await fault({ agents: [MISSING] }, 'agents');
  await fault({ agents: Array.from({ length: 501 }, () => agent) }, 'agents');
  await fault({ leads: [MISSING] }, 'leads');
  await fault({ leads: [(await as('agent')).session.user.id] }, 'leads');
  const abroad = await as('owner', other);
  await fault({ leads: [abroad.session.user.id] }, 'leads');
  isProblem(await owner.send(`/api/v1/teams/${team}`, { method: 'PATCH', json: { name: 'x' }, headers: { 'if-match': '"99"' } }), 412, 'stale');
  isProblem(await hold((await owner.get('/api/v1/members', { query: { limit: 100 } })).items.find((m) => m.role === 'owner')!.id, true), 422, 'bad_input');
});

test('nobody sees less until it is said of him, and then the calls of the teams he leads', async () => {
  assert(lies(theirs, await seen(lead)), 'leading alone takes nothing away');
  assert.equal((await hold(member, true)).status, 204);
  await soon('held', async () => !(await seen(lead)).includes(theirs[0]!));
  const all = await lead.get('/api/v1/calls', { query: { limit: 100 } });
  assert(all.items.length > 0 && all.items.every((c) => c.agent_id === agent));
  assert(lies(mine, all.items.map((c) => c.id)));
  const count = async (who: Client, query = {}) => (await who.get('/api/v1/calls/summary', { query })).count;
  assert.equal(await count(lead), await count(owner, { agent }));
  assert.equal(await count(lead, { agent: stranger }), 0);
  assert.deepEqual((await lead.get('/api/v1/agents', { query: { limit: 100 } })).items.map((a) => a.id), [agent]);
});

test('by every route: what is of other teams is not there, what is of the own is', async () => {
  const may = lead.session.permissions;
  const call = theirs[0]!;
  const recording = (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings[0]!.id;
  const score = (await owner.send(`/api/v1/calls/${call}/scores`)).json.items[0].id;
  const params = { call, recording, score, agent: stranger };
  let walked = 0;
  for (const r of routes.filter((x) => x.params.length && x.params.every((p) => p in params) && may.includes(x.who) && !(x.params[0] === 'agent' && x.method !== 'GET'))) {
    if (r.label === 'GET /api/v1/agents/{agent}') continue; // name and extension of a colleague
    const [real, none] = [await lead.send(address(r.path, { params }), { method: r.method }), await lead.send(address(r.path), { method: r.method })];
    assert.equal(faceless(real), faceless(none), `${r.label}: ${real.status} ${real.text.slice(0, 300)}`);
    walked++;
  }
  assert(walked > 25, `${walked} routes`);
  const own = (await lead.get('/api/v1/calls/{call}', { params: { call: mine[0]! } })).recordings[0]!.id;
  for (const path of [`/api/v1/calls/${mine[0]}/score`, `/api/v1/calls/${mine[0]}/report.pdf`, `/api/v1/calls/${mine[0]}/transcript`, `/api/v1/calls/${mine[0]}/recordings/${own}`])
    assert.equal((await lead.send(path)).status, 200, path);
});

test('no list tells of the calls of other teams', async () => {
  const may = lead.session.permissions;
  const leaks: string[] = [];
  const full: string[] = [];
  for (const r of routes.filter((x) => x.method === 'GET' && !x.params.length && x.path.startsWith('/api/v1/') && may.includes(x.who))) {
    const [by, all] = [await lead.send(address(r.path, { query: { limit: 100 } })), await owner.send(address(r.path, { query: { limit: 100 } }))];
    const has = (text: string) => theirs.some((id) => text.includes(id));
    const plain = by.status === 422 ? await lead.send(r.path) : by;
    if (has(plain.text)) leaks.push(r.label);
    if (has(all.text)) full.push(r.label);
  }
  assert.deepEqual(leaks, []);
  assert(full.length >= 1, 'an owner does see them');
});

test('who is held cannot let himself out, nor fill his team', async () => {
  const { client: admin, member: id } = await person('admin');
  assert.equal((await hold(id, true)).status, 204);
  await soon('held', async () => (await seen(admin)).length === 0);
  isProblem(await hold(id, false, admin), 403, 'forbidden');
  isProblem(await change(team, { agents: [agent, stranger] }, admin), 403, 'forbidden');
  isProblem(await admin.send('/api/v1/teams', { method: 'POST', json: { name: unique(), agents: [stranger], leads: [admin.session.user.id] } }), 403, 'forbidden');
  const invited = await admin.send('/api/v1/invitations', { method: 'POST', json: { user_name: `out${unique()}`, role: 'admin' } });
  assert(invited.status >= 400, 'nor invite somebody who sees more');
});

test('a change of the team is there at once; the end of the team ends the sight', async () => {
  assert.equal((await change(team, { agents: [stranger] })).status, 200);
  await soon('the other agent', async () => lies(theirs, await seen(lead)) && !(await seen(lead)).includes(mine[0]!));
  assert.equal((await change(team, { agents: [agent, stranger] })).status, 200);
  await soon('both', async () => lies([...mine, ...theirs], await seen(lead)));
  const second = await makeTeam({ agents: [stranger] });
  assert.deepEqual((await seen(owner, { team: second })).every((id) => !mine.includes(id)), true);
  assert(lies(theirs, await seen(owner, { team: second })));
  assert.equal((await seen(owner, { team: second, agent })).length, 0);
  assert.deepEqual((await lead.get('/api/v1/teams')).items.map((t) => t.id), [team], 'is told of the own teams');
  assert.equal((await owner.send(`/api/v1/teams/${team}`, { method: 'DELETE' })).status, 204);
  await soon('nothing', async () => (await seen(lead)).length === 0);
  assert.equal((await hold(member, false)).status, 204);
  await soon('all again', async () => lies([...mine, ...theirs], await seen(lead)));
  const acts = (await owner.send('/api/v1/audit?limit=100')).text;
  assert.match(acts, /sight/);
});
