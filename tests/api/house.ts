/* What every test here needs: the demo's facts, requests whose bytes are looked at, people signed
 * in, typed calls, raw sockets, and waiting for what happens a moment later. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { paths } from './schema.d.ts';

export { sleep };

export interface Login { email: string; password: string; role: string }
export interface Tenant {
  slug: string; id: string; users: Login[]; api_key: string;
  hooks: { ucm: string; generic: string };
}
interface Demo {
  base_url: string; database_url: string; owner_database_url: string; redis_url: string;
  super_admin: { email: string; password: string };
  tenants: Tenant[];
}

export const facts = process.env.RINGSIGHT_DEMO ?? '';
if (!facts) throw new Error('RINGSIGHT_DEMO must name the demo.json of a running server');

export const demo = JSON.parse(readFileSync(facts, 'utf8')) as Demo;
export const base = demo.base_url.replace(/\/$/, '');
export const port = Number(new URL(base).port || 80);
export const home = demo.tenants[0]!;
export const other = demo.tenants[1]!;
export const MISSING = '01900000-0000-7000-8000-000000000001';

export function login(role: string, tenant = home): Login {
  const user = tenant.users.find((u) => u.role === role);
  assert(user, `the demo has a ${role} in ${tenant.slug}`);
  return user;
}

// ---- requests ----

export interface Answer {
  status: number; headers: http.IncomingHttpHeaders; raw: string[]; bytes: Buffer; text: string;
  json: any; // eslint-disable-line -- any shape; the typed client below says which
}

export interface Ask {
  method?: string; headers?: http.OutgoingHttpHeaders; body?: string | Buffer; json?: unknown;
  port?: number; agent?: http.Agent; timeout?: number;
}

/** One request, answered whole. Nothing is added but Host and a length. */
export function send(path: string, ask: Ask = {}): Promise<Answer> {
  const body = ask.json === undefined ? ask.body : JSON.stringify(ask.json);
  const headers: http.OutgoingHttpHeaders = { ...ask.headers };
  if (ask.json !== undefined) headers['content-type'] ??= 'application/json';
  if (body !== undefined) headers['content-length'] ??= Buffer.byteLength(body);
  return new Promise((ok, fail) => {
    const request = http.request({
      host: '127.0.0.1', port: ask.port ?? port, path, method: ask.method ?? 'GET', headers,
      agent: ask.agent ?? false, timeout: ask.timeout ?? 30_000,
    }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => {
        const bytes = Buffer.concat(parts), text = bytes.toString('utf8');
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
        ok({ status: response.statusCode!, headers: response.headers, raw: response.rawHeaders, bytes, text,
             json: isJson ? JSON.parse(text) : undefined });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${path}`)));
    request.on('error', fail);
    request.end(body);
  });
}

// ---- somebody who asks ----

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type Good<O> = O extends { responses: infer R }
  ? Json<R extends { 200: infer X } ? X : R extends { 201: infer Y } ? Y : never> : never;
type Paths<M extends string> = { [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends string> = paths[P] extends { [K in M]: infer O } ? O : never;

export interface With { params?: Record<string, string>; query?: Record<string, string | number | boolean> }

export function address(path: string, { params = {}, query = {} }: With = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? MISSING));
  const list = Object.entries(query).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&');
  return list ? `${filled}?${list}` : filled;
}

/** A person or program with what proves it. */
export class Client {
  readonly name: string;
  readonly headers: http.OutgoingHttpHeaders;
  constructor(name: string, headers: http.OutgoingHttpHeaders) {
    this.name = name;
    this.headers = headers;
  }

  send(path: string, ask: Ask = {}): Promise<Answer> {
    return send(path, { ...ask, headers: { ...this.headers, ...ask.headers } });
  }

  /** What a GET answers, of the type that the contract promises. */
  async get<P extends Paths<'get'>>(path: P, given: With = {}): Promise<Good<Operation<P, 'get'>>> {
    const answer = await this.send(address(path, given));
    assert.equal(answer.status, 200, `GET ${address(path, given)} by ${this.name}: ${answer.text}`);
    return answer.json;
  }

  async post<P extends Paths<'post'>>(path: P, json: unknown, given: With = {}): Promise<Good<Operation<P, 'post'>>> {
    const answer = await this.send(address(path, given), { method: 'POST', json });
    assert(answer.status === 200 || answer.status === 201, `POST ${path} by ${this.name}: ${answer.text}`);
    return answer.json;
  }
}

export const nobody = new Client('nobody', {});
export const keyOf = (tenant: Tenant): Client =>
  new Client(`key of ${tenant.slug}`, { authorization: `Bearer ${tenant.api_key}` });

export type Session = Good<Operation<'/api/v1/session', 'get'>>;

export function cookieOf(answer: Answer): string {
  const set = (answer.headers['set-cookie'] ?? []).filter((c) => !/^(__Host-)?ringsight_device=/.test(c));
  assert.equal(set.length, 1, 'one cookie is set, beside the name of the device');
  return set[0]!.split(';')[0]!;
}

/** Signs in anew and, where one belongs to several tenants, chooses. */
export async function signIn(who: Login, tenant?: Tenant, path = '/api/v1/session'): Promise<Client & { session: Session }> {
  const answer = await send(path, { method: 'POST', json: { email: who.email, password: who.password } });
  assert.equal(answer.status, 200, `${who.email} signs in: ${answer.text}`);
  const headers = { cookie: cookieOf(answer), 'x-csrf-token': answer.json.csrf };
  const client = Object.assign(new Client(`${who.role} ${who.email}`, headers), { session: answer.json as Session });
  if (tenant && answer.json.tenant?.id !== tenant.id) {
    const chosen = await client.send('/api/v1/session/tenant', { method: 'PUT', json: { id: tenant.id } });
    assert.equal(chosen.status, 200, chosen.text);
    client.session = chosen.json;
  }
  return client;
}

const kept = new Map<string, ReturnType<typeof signIn>>();

/** One sign-in a person and file; do not sign this one out. */
export function as(role: string, tenant = home): ReturnType<typeof signIn> {
  const key = `${tenant.slug}/${role}`;
  if (!kept.has(key)) {
    kept.set(key, role === 'super'
      ? signIn({ ...demo.super_admin, role }, undefined, '/api/v1/platform/session')
      : signIn(login(role, tenant), tenant));
  }
  return kept.get(key)!;
}

// ---- what holds for answers ----

/** The shape of RFC 9457 that every refusal has, with our code and request id. */
export function isProblem(answer: Answer, status: number, code?: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
  assert.equal(answer.json.status, status);
  assert.equal(typeof answer.json.type, 'string');
  assert.equal(typeof answer.json.title, 'string');
  if (code) assert.equal(answer.json.code, code, answer.text);
  assert.match(answer.json.request_id, /^[0-9a-f-]{36}$/, 'a problem tells its request id');
  assert.equal(answer.json.request_id, answer.headers['x-request-id']);
  assert.doesNotMatch(answer.text, /select |insert |\.c:\d|PQ|libpq|ERROR:/i, 'nothing of our inside');
}

/** The answer without what differs from request to request. */
export function faceless(answer: Answer): string {
  const id = String(answer.headers['x-request-id'] ?? 'none');
  const headers = [...answer.raw].join('\n').replace(/\n?date\n[^\n]*/i, '');
  return `${answer.status}\n${headers}\n\n${answer.text}`.replaceAll(id, 'ID');
}

// ---- waiting ----

/** How many times longer than usual things may take: the check's machine is slow and has sanitizers. */
const patience = Number(process.env.RINGSIGHT_TEST_PATIENCE ?? 1);

/** Asks again until there is an answer that counts; fails with the last one seen. */
export async function until<T>(what: string, ms: number, probe: () => Promise<T | undefined | false | null>): Promise<T> {
  const end = Date.now() + ms * patience;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${ms * patience} ms: ${what}`);
    await sleep(50);
  }
}

/** The demo's calls come in after the start: those of a tenant, once enough are there. */
export function someCalls(tenant = home, least = 6): Promise<Good<Operation<'/api/v1/calls', 'get'>>['items']> {
  return until(`${least} calls of ${tenant.slug}`, 60_000, async () => {
    const { items } = await keyOf(tenant).get('/api/v1/calls', { query: { limit: 100 } });
    return items.length >= least && items;
  });
}

// ---- raw sockets ----

/** Sends these bytes, closes nothing, and returns all that came until the server closed or fell silent. */
export function speak(bytes: string | Buffer, options: { port?: number; silence?: number } = {}):
Promise<{ text: string; closed: boolean }> {
  return new Promise((ok, fail) => {
    const socket = connect(options.port ?? port, '127.0.0.1');
    let text = '';
    const done = (closed: boolean) => { socket.destroy(); ok({ text, closed }); };
    socket.setTimeout(options.silence ?? 2_000, () => done(false));
    socket.on('data', (part) => { text += part.toString('latin1'); });
    socket.on('end', () => done(true));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? done(true) : fail(error)));
    socket.on('connect', () => socket.write(bytes));
  });
}

export const statusOf = (text: string): number => Number(text.match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? 0);
