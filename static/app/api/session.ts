/* Who is signed in, for the whole page. `undefined` while unknown, null when nobody is. */
import { computed, signal } from '@preact/signals';
import { ApiError, api, auth, type Body } from './client';
import type { PlatformSession, Session } from './types';

export const session = signal<Session | null | undefined>(undefined);
export const platform = signal<PlatformSession | null | undefined>(undefined);
/** True after the server forgot a session that was alive: the sign-in page says so. */
export const expired = signal(false);

export const zone = computed(() => session.value?.tenant?.zone ?? 'UTC');

/** Why the signed-in account may not do a thing, or undefined when it may. */
export function refusalFor(permission: string | undefined): string | undefined {
  const now = session.value;
  if (!permission || now?.permissions.includes(permission)) return undefined;
  const role = now?.role ? `Your role (${now.role})` : 'Your account';
  return `${role} does not allow this. Ask an owner or admin of ${now?.tenant?.name ?? 'the tenant'}.`;
}

function keep(next: Session): Session {
  auth.csrf = next.csrf;
  session.value = next;
  expired.value = false;
  return next;
}

export async function loadSession(): Promise<void> {
  try {
    keep(await api('GET /session'));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) session.value = null;
    else throw error;
  }
}

/** What opens the second step: a code of the authenticator app, a recovery code, a passkey's answer. */
export type Code =
  { code: string } | { recovery_code: string } | { passkey: Body<'POST /session/passkey'> };
/** Which of them the account that waits for its second step has. */
export const ways = signal({ code: true, passkey: false });

/** The session, or null: the password was right, and a code has to follow. */
export async function signIn(email: string, password: string): Promise<Session | null> {
  const next = await api('POST /session', { body: { email, password } });
  if (!('second_factor' in next)) return keep(next);
  ways.value = next.second_factor;
  return null;
}

export const presentCode = async (body: Code) =>
  keep(
    'passkey' in body
      ? await api('POST /session/passkey', { body: body.passkey })
      : await api('POST /session/code', { body }),
  );

export const askPasskey = (operator: boolean) =>
  operator ? api('POST /platform/session/passkey/options') : api('POST /session/passkey/options');

export const chooseTenant = async (id: string) =>
  keep(await api('PUT /session/tenant', { body: { id } }));

export async function signOut(): Promise<void> {
  await api('DELETE /session').catch(() => undefined);
  session.value = null;
}

export async function loadPlatform(): Promise<void> {
  try {
    keepPlatform(await api('GET /platform/session'));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) platform.value = null;
    else throw error;
  }
}

function keepPlatform(next: PlatformSession): void {
  auth.platformCsrf = next.csrf;
  platform.value = next;
}

/** Whether it is done; false: a code has to follow. */
export async function signInPlatform(email: string, password: string): Promise<boolean> {
  const next = await api('POST /platform/session', { body: { email, password } });
  if ('second_factor' in next) {
    ways.value = next.second_factor;
    return false;
  }
  keepPlatform(next);
  return true;
}

export const presentPlatformCode = async (body: Code) =>
  keepPlatform(
    'passkey' in body
      ? await api('POST /platform/session/passkey', { body: body.passkey })
      : await api('POST /platform/session/code', { body }),
  );

export async function signOutPlatform(): Promise<void> {
  await api('DELETE /platform/session').catch(() => undefined);
  platform.value = null;
}

auth.factorWanted = (ofPlatform) => {
  if (ofPlatform) void loadPlatform().catch(() => undefined);
  else if (session.value && !session.value.lacks_factor) void loadSession().catch(() => undefined);
};

auth.expired = (ofPlatform) => {
  if (ofPlatform) platform.value = null;
  else if (session.value) {
    expired.value = true;
    session.value = null;
  }
};
