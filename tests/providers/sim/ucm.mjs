// The simulated Grandstream UCM for tests and by hand: the demo's own (deploy/demo/ucm.mjs, which see
// for what it does wrong on request), with the certificates that such devices have.
//   node tests/providers/sim/ucm.mjs [--port 8089] [--control 8090] [--user cdrapi] [--password cdrapi123]
//     [--tls self-signed|weak-dh]
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Ucm } from '../../../deploy/demo/ucm.mjs';

export { Ucm };

/** A certificate of its own making, new each time: {cert, key, pin}, the pin being the SHA-256 of the
 * public key in hex. */
export function selfSigned() {
  const folder = mkdtempSync(join(tmpdir(), 'ucm-'));
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ucm.example.test',
      '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'ignore' });
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const pin = createHash('sha256').update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })).digest('hex');
    return { cert, key, pin };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** RFC 2409, group 2: the 1024 bits that a UCM6204 offers. */
const GROUP_2 = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
`;

/** What to give Ucm.listen as `tls` for a device that knows nothing better than that group. */
export const weakDh = (own = selfSigned()) => ({ ...own, maxVersion: 'TLSv1.2', dhparam: GROUP_2, ciphers: 'DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0' });

async function byHand() {
  const { values: v } = parseArgs({ options: { port: { type: 'string', default: '8089' }, control: { type: 'string', default: '8090' },
    user: { type: 'string', default: 'cdrapi' }, password: { type: 'string', default: 'cdrapi123' }, tls: { type: 'string' } } });
  const ucm = new Ucm({ users: { [v.user]: v.password } });
  const own = v.tls ? selfSigned() : undefined;
  console.log(`the UCM is at ${await ucm.listen(Number(v.port), '127.0.0.1', v.tls === 'weak-dh' ? weakDh(own) : own)}`);
  if (own) console.log(`pin: ${own.pin}`);
  console.log(`it is told what to do wrong at ${await ucm.listenControl(Number(v.control))} (deploy/demo/control.mjs); end with Ctrl-C`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await byHand();
