/* A real OpenID Connect provider on loopback (npm's oidc-provider): discovery, keys, codes with PKCE, refresh tokens,
 * back-channel logout. Whoever is `somebody` signs in at once, without a form. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const CLIENT = 'ringsight';
export const SECRET = 'a-secret-of-the-client:long+enough';

export interface Somebody { sub: string; email?: string; email_verified?: boolean; name?: string; groups?: string[] }

export interface OwnProvider {
  issuer: string;
  /** Who is signed in at the provider; null: it lets nobody in. */
  somebody: Somebody | null;
  people: Map<string, Somebody>;
  /** What the provider does with the next ID token instead of sending it. */
  forge: ((token: string) => Promise<string> | string) | null;
  /** Tells the service of a sign-out, as the provider does it itself. */
  logout: (sub: string, sid: string) => Promise<void>;
  /** The session ids given out, by subject. */
  sids: Map<string, string>;
  sign: (claims: Record<string, unknown>, head?: Record<string, unknown>) => Promise<string>;
  /** Refresh tokens that were shown. */
  refreshed: number;
  close: () => Promise<void>;
}

export interface Given { redirect: string; logoutUri?: string }

export async function provider({ redirect, logoutUri }: Given): Promise<OwnProvider> {
  const server = createServer();
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...await exportJWK(privateKey), kid: 'one', alg: 'RS256', use: 'sig' };
  const own: OwnProvider = {
    issuer, somebody: null, people: new Map(), forge: null, sids: new Map(), refreshed: 0,
    sign: (claims, head = {}) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one', ...head }).sign(privateKey),
    logout: async (sub, sid) => {
      const client = await oidc.Client.find(CLIENT) as unknown as { backchannelLogout: (sub: string, sid: string) => Promise<unknown> };
      await client.backchannelLogout(sub, sid);
    },
    close: () => new Promise((ok) => { server.closeAllConnections(); server.close(() => ok()); }),
  };
  const oidc = new Provider(issuer, {
    clients: [{
      client_id: CLIENT, client_secret: SECRET, redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'], ...(logoutUri ? { backchannel_logout_uri: logoutUri, backchannel_logout_session_required: true } : {}),
    }],
    jwks: { keys: [jwk as never] },
    cookies: { keys: ['for tests'] },
    // Its own guard against loopback addresses stands aside: the service under test is there.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: Boolean(logoutUri) } },
    issueRefreshToken: async () => true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => (own.people.has(sub) ? { accountId: sub, claims: () => ({ ...own.people.get(sub)! }) } : undefined),
  });
  oidc.use(async (ctx, next) => {
    await next();
    if (ctx.path !== '/token' || ctx.status !== 200) return;
    const body = ctx.body as { id_token?: string };
    if ((ctx as unknown as { oidc?: { params?: { grant_type?: string } } }).oidc?.params?.grant_type === 'refresh_token') own.refreshed++;
    if (!body.id_token) return;
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1]!, 'base64url').toString()) as { sub: string; sid?: string };
    if (claims.sid) own.sids.set(claims.sub, claims.sid);
    if (own.forge) body.id_token = await own.forge(body.id_token);
  });
  const answer = oidc.callback();
  server.on('request', (request, response) => {
    if (!request.url!.startsWith('/interaction/')) return void answer(request, response);
    void (async () => {
      if (!own.somebody) return oidc.interactionFinished(request, response, { error: 'access_denied' });
      const { params } = await oidc.interactionDetails(request, response);
      own.people.set(own.somebody.sub, own.somebody);
      const grant = new oidc.Grant({ accountId: own.somebody.sub, clientId: String(params.client_id) });
      grant.addOIDCScope('openid email profile offline_access');
      const grantId = await grant.save();
      return oidc.interactionFinished(request, response, { login: { accountId: own.somebody.sub }, consent: { grantId } });
    })().catch((error) => { response.statusCode = 500; response.end(String(error)); });
  });
  return own;
}
