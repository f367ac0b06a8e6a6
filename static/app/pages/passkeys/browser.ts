/* The browser's side of passkeys: bytes are base64url on the way to and from the server. */
import type { Reply } from '../../api/client';

export type NewQuestion = Reply<'POST /passkeys/options'>;
export type Question = Reply<'POST /session/passkey/options'>;

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (b) => String.fromCharCode(b)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Why this browser has none here, or undefined. */
export const passkeysMissing = (): string | undefined =>
  window.isSecureContext && 'PublicKeyCredential' in window
    ? undefined
    : 'This browser has no passkeys at this address: they need https and a current browser.';

const known = (ids: string[]): PublicKeyCredentialDescriptor[] =>
  ids.map((id) => ({ type: 'public-key', id: bytesOf(id) }));

/** What the browser says when nothing came of it, in words. */
function reason(e: unknown): Error {
  const name = e instanceof DOMException ? e.name : '';
  if (name === 'InvalidStateError') return new Error('This device has a passkey of yours already.');
  if (name === 'NotAllowedError')
    return new Error('It was called off, took too long, or this device has no passkey for it.');
  if (name === 'SecurityError')
    return new Error(
      'The browser refuses passkeys at this address. Open the service under its own address.',
    );
  return e instanceof Error ? e : new Error(String(e));
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const made = await ask();
    if (made instanceof PublicKeyCredential) return made;
  } catch (e) {
    throw reason(e);
  }
  throw new Error('The browser gave no passkey.');
}

export async function makePasskey(q: NewQuestion) {
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(q.challenge),
        rp: { id: q.rp_id, name: 'Ringsight' },
        user: { id: bytesOf(q.user_id), name: q.user_name, displayName: q.display_name },
        pubKeyCredParams: q.algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: known(q.exclude),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        attestation: 'none',
        timeout: q.timeout_ms,
      },
    }),
  );
  const answer = made.response as AuthenticatorAttestationResponse;
  return {
    client_data: textOf(answer.clientDataJSON),
    attestation: textOf(answer.attestationObject),
  };
}

export async function showPasskey(q: Question) {
  const made = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(q.challenge),
        rpId: q.rp_id,
        allowCredentials: known(q.passkeys),
        userVerification: 'required',
        timeout: q.timeout_ms,
      },
    }),
  );
  const answer = made.response as AuthenticatorAssertionResponse;
  return {
    id: made.id,
    client_data: textOf(answer.clientDataJSON),
    authenticator_data: textOf(answer.authenticatorData),
    signature: textOf(answer.signature),
    ...(answer.userHandle?.byteLength ? { user_handle: textOf(answer.userHandle) } : {}),
  };
}
