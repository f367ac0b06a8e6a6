/* A tenant of a file's own, made by `ringsight admin`: with its owner signed in, and calls that it is given as files. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { facts, signIn, until, type Client, type Login, type Session } from './house.ts';
import { objectsFolder, ownCommand, templatesFolder } from './server.ts';
import { upload } from './upload.ts';

export interface OwnTenant { slug: string; id: string; owner: Client & { session: Session }; login: Login }

async function made(args: string[], input = ''): Promise<any> { // eslint-disable-line
  const { code, out, err } = await ownCommand(['admin', ...args], { RINGSIGHT_VAR: dirname(resolve(facts)), RINGSIGHT_OBJECTS: objectsFolder, RINGSIGHT_TEMPLATES_DIR: templatesFolder }, input).ended;
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

export async function ownTenant(zone = 'Europe/London'): Promise<OwnTenant> {
  const slug = `own-${randomUUID().slice(0, 8)}`, password = `owner of ${randomUUID()}`, email = `owner@${slug}.example`;
  const { tenant_id } = await made(['tenant', '--slug', slug, '--name', `Own ${slug}`, '--zone', zone, '--owner-email', email,
    '--owner-name', 'Olga Owner', '--password-stdin'], `${password}\n`);
  const login = { email, password, role: 'owner' };
  return { slug, id: tenant_id, login, owner: await signIn(login) };
}

/** One more person of it, signed in. */
export async function ownPerson(of: OwnTenant, role: string, name = `${role} ${randomUUID().slice(0, 6)}`,
  box = 'person'): Promise<Client & { session: Session; login: Login }> {
  const password = `person of ${randomUUID()}`, email = `${box}-${randomUUID().slice(0, 8)}@${of.slug}.example`;
  await made(['user', '--tenant', of.slug, '--email', email, '--name', name, '--role', role, '--password-stdin'], `${password}\n`);
  return Object.assign(await signIn({ email, password, role }), { login: { email, password, role } });
}

export const ownAgent = async (of: OwnTenant, name: string, extension: string, email?: string): Promise<string> =>
  (await made(['agent', '--tenant', of.slug, '--name', name, '--extension', extension, ...(email ? ['--email', email] : [])])).id;

/** A file becomes a call; its id once it has come to an end. */
export async function ownCall(of: OwnTenant, file: Buffer, facts: Record<string, string> = {}): Promise<string> {
  const id = await upload(of.owner, file, { filename: `${randomUUID()}.wav`, filetype: 'audio/wav', direction: 'inbound', ...facts });
  await callEnds(of, id);
  return id;
}
export const callEnds = (of: OwnTenant, id: string): Promise<any> => // eslint-disable-line
  until('the call comes to its end', 300_000, async () => {
    const { json } = await of.owner.send(`/api/v1/calls/${id}`);
    assert.notEqual(json.state, 'failed', json.state_reason);
    return ['scored', 'held', 'not_scorable'].includes(json.state) && json;
  });
