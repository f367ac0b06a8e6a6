/* How the walker does what changes something: for each such route, how to make an object of one's
 * own that may be spoiled, and the body that the route takes. A route without a recipe fails the
 * walker, so a new one is walked from its first day. */
import { randomUUID } from 'node:crypto';
import { signIn, login, type Ask, type Client, type Tenant } from './house.ts';

export interface Recipe {
  /** Path parameters of an object that the owner has just made; it may be changed or removed. */
  make?: (owner: Client) => Promise<Record<string, string>>;
  /** Headers and body that are right but for the object they are sent to. */
  ask?: (tenant: Tenant) => Ask;
  /** Who does it where it must not be the walker's owner, who is needed on. */
  by?: () => Promise<Client>;
  /** Statuses of success, where not 200 to 299. */
  good?: number[];
}

const unique = (): string => randomUUID().slice(0, 8);
const tus = { 'tus-resumable': '1.0.0' };

async function made(owner: Client, path: string, name: string, ask: Ask): Promise<Record<string, string>> {
  const answer = await owner.send(path, { method: 'POST', ...ask });
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return { [name]: answer.json.id };
}

const anAgent = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/agents', 'agent', { json: { name: 'Walker', extension: `w${unique()}` } });
const anIntegration = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/integrations', 'integration', { json: { provider: 'generic', name: 'Walker', settings: {} } });
const anUpload = (owner: Client): Promise<Record<string, string>> =>
  made(owner, '/api/v1/uploads', 'upload', { headers: { ...tus, 'upload-length': '4' } });

/** A call with a recording, which the owner lists. */
async function aRecording(owner: Client): Promise<Record<string, string>> {
  const { items } = await owner.get('/api/v1/calls', { query: { recording: true, limit: 20 } });
  for (const { id } of items) {
    const call = await owner.get('/api/v1/calls/{call}', { params: { call: id } });
    const recording = call.recordings.find((r) => r.state === 'ready') ?? call.recordings[0];
    if (recording) return { call: id, recording: recording.id };
  }
  throw new Error('no call has a recording');
}

export const recipes: Record<string, Recipe> = {
  'POST /api/v1/session': { ask: (t) => ({ json: { email: login('viewer', t).email, password: login('viewer', t).password } }) },
  'DELETE /api/v1/session': { by: () => signIn(login('owner')) },
  'PUT /api/v1/session/tenant': { ask: (t) => ({ json: { id: t.id } }) },
  'POST /api/v1/platform/session': { ask: () => ({ json: { email: 'nobody@nowhere.example', password: 'x' } }), good: [401] },
  'DELETE /api/v1/platform/session': {},
  'POST /api/v1/live/ticket': {},
  'POST /api/v1/agents': { ask: () => ({ json: { name: 'Walker', extension: `w${unique()}` } }) },
  'PATCH /api/v1/agents/{agent}': { make: anAgent, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/agents/{agent}': { make: anAgent },
  'POST /api/v1/api-keys': { ask: () => ({ json: { name: 'Walker', role: 'viewer' } }) },
  'DELETE /api/v1/api-keys/{key}': { make: (o) => made(o, '/api/v1/api-keys', 'key', { json: { name: 'Walker', role: 'viewer' } }) },
  'POST /api/v1/integrations': { ask: () => ({ json: { provider: 'generic', name: 'Walker', settings: {} } }) },
  'PATCH /api/v1/integrations/{integration}': { make: anIntegration, ask: () => ({ json: { name: 'Walked' }, headers: { 'if-match': '"1"' } }) },
  'DELETE /api/v1/integrations/{integration}': { make: anIntegration },
  'POST /api/v1/integrations/{integration}/token': { make: anIntegration },
  'POST /hooks/{provider}/{token}': { ask: () => ({ json: {} }), good: [404] },
  'GET /hooks/{provider}/{token}': { good: [404] },
  'POST /api/v1/calls/{call}/recordings/{recording}/retry': { make: aRecording, good: [204, 409] },
  'POST /api/v1/calls/{call}/transcript': { make: aRecording, good: [204, 409] },
  'OPTIONS /api/v1/uploads': {},
  'OPTIONS /api/v1/uploads/{upload}': { make: anUpload },
  'POST /api/v1/uploads': { ask: () => ({ headers: { ...tus, 'upload-length': '4' } }) },
  'HEAD /api/v1/uploads/{upload}': { make: anUpload, ask: () => ({ headers: tus }) },
  'PATCH /api/v1/uploads/{upload}': { make: anUpload,
    ask: () => ({ headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body: 'ab' }) },
  'POST /api/v1/uploads/{upload}': { make: anUpload, ask: () => ({ headers: { ...tus, 'x-http-method-override': 'DELETE' } }) },
  'DELETE /api/v1/uploads/{upload}': { make: anUpload, ask: () => ({ headers: tus }) },
};
