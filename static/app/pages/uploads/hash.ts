/* SHA-256 of a file, piece by piece: the page stays alive, and it works without a secure context,
 * where the browser's own digest is missing. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const piece = 1024 * 1024;
/** Larger files are looked at by the server alone. */
export const maxHashed = 128 * 1024 * 1024;

export async function hashOf(file: Blob): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += piece)
    hash.update(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()));
  return bytesToHex(hash.digest());
}
