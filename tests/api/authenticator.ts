/* An authenticator in software, as WebAuthn sections 6.1 to 6.5 describe one, and the browser around it. What it says can
 * be bent at each place before it is signed. The little CBOR it writes is of RFC 8949 section 3. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

type Cbor = number | string | Buffer | Map<Cbor, Cbor> | Cbor[];
function head(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([major << 5 | n]);
  if (n < 256) return Buffer.from([major << 5 | 24, n]);
  return Buffer.from([major << 5 | 25, n >> 8, n & 255]);
}
export function cbor(v: Cbor): Buffer {
  if (typeof v === 'number') return v < 0 ? head(1, -1 - v) : head(0, v);
  if (typeof v === 'string') return Buffer.concat([head(3, Buffer.byteLength(v)), Buffer.from(v)]);
  if (Buffer.isBuffer(v)) return Buffer.concat([head(2, v.length), v]);
  if (Array.isArray(v)) return Buffer.concat([head(4, v.length), ...v.map(cbor)]);
  return Buffer.concat([head(5, v.size), ...[...v].flatMap(([k, x]) => [cbor(k), cbor(x)])]);
}
const sha256 = (b: Buffer | string): Buffer => createHash('sha256').update(b).digest();
const b64 = (b: Buffer): string => b.toString('base64url');

export interface Bent {
  type?: string; challenge?: string; origin?: string; crossOrigin?: unknown; client?: object;
  rpId?: string; flags?: number; count?: number; id?: Buffer; tail?: Buffer; algorithm?: number; key?: Buffer; fmt?: string; statement?: Map<Cbor, Cbor>; data?: (d: Buffer) => Buffer;
}

export class Authenticator {
  readonly id = randomBytes(32);
  readonly private: KeyObject;
  readonly public: KeyObject;
  count = 0;
  constructor(readonly origin: string, readonly rpId: string, readonly algorithm: -7 | -257 = -7) {
    const made = algorithm === -7 ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.private = made.privateKey;
    this.public = made.publicKey;
  }
  private cose(algorithm: number): Buffer {
    const jwk = this.public.export({ format: 'jwk' }), part = (s: unknown): Buffer => Buffer.from(String(s), 'base64url');
    return this.algorithm === -7
      ? cbor(new Map<Cbor, Cbor>([[1, 2], [3, algorithm], [-1, 1], [-2, part(jwk.x)], [-3, part(jwk.y)]]))
      : cbor(new Map<Cbor, Cbor>([[1, 3], [3, algorithm], [-1, part(jwk.n)], [-2, part(jwk.e)]]));
  }
  private client(type: string, challenge: string, b: Bent): Buffer {
    return Buffer.from(JSON.stringify({ type: b.type ?? type, challenge: b.challenge ?? challenge, origin: b.origin ?? this.origin, crossOrigin: b.crossOrigin ?? false, ...b.client }));
  }
  private data(flags: number, rest: Buffer, b: Bent): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(b.count ?? ++this.count);
    const all = Buffer.concat([sha256(b.rpId ?? this.rpId), Buffer.from([b.flags ?? flags]), count, rest, b.tail ?? Buffer.alloc(0)]);
    return b.data ? b.data(all) : all;
  }
  /** navigator.credentials.create: what POST /passkeys takes, without the name. */
  make(challenge: string, b: Bent = {}) {
    const id = b.id ?? this.id, length = Buffer.from([id.length >> 8, id.length & 255]);
    const data = this.data(0x45, Buffer.concat([Buffer.alloc(16), length, id, b.key ?? this.cose(b.algorithm ?? this.algorithm)]), b);
    const object = cbor(new Map<Cbor, Cbor>([['fmt', b.fmt ?? 'none'], ['attStmt', b.statement ?? new Map()], ['authData', data]]));
    return { client_data: b64(this.client('webauthn.create', challenge, b)), attestation: b64(object) };
  }
  /** navigator.credentials.get: what POST /session/passkey takes. */
  use(challenge: string, b: Bent = {}) {
    const client = this.client('webauthn.get', challenge, b), data = this.data(0x05, Buffer.alloc(0), b);
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), this.private);
    return { id: b64(this.id), client_data: b64(client), authenticator_data: b64(data), signature: b64(signature) };
  }
}
