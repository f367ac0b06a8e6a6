// The demo's mail server: takes every mail and keeps it in a folder, as it came (.eml) and readable (.txt and
// .html). Sends nothing on. Addresses that begin with "refused" get a 550; those that begin with "busy" a 451
// the first time: so one can see what happens then. Usage: node sink.mjs FOLDER PORT
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

const [, , folder, port] = process.argv;
const KEPT = 500;
const MAIL_MAX = 16 << 20;
const asked = new Set();
let number = 0;

const word = text => text.replace(/\r?\n /g, ' ').replace(/\?=\s+=\?/g, '?==?')
  .replace(/((?:=\?UTF-8\?B\?[^?]*\?=)+)/gi, words => Buffer.concat([...words.matchAll(/\?B\?([^?]*)\?=/gi)]
    .map(m => Buffer.from(m[1], 'base64'))).toString('utf8'));

// Headers in words, and the parts by their types; for mails as Ringsight writes them.
function readable(text) {
  const [head] = text.split('\r\n\r\n');
  const boundary = text.match(/multipart\/alternative; boundary="([^"]+)"/)?.[1]; // maybe within a frame with a file
  const parts = boundary ? text.split(`--${boundary}`) : [];
  const body = type => {
    const part = parts.find(p => p.includes(`Content-Type: text/${type}`)) ?? '';
    return Buffer.from(part.slice(part.indexOf('\r\n\r\n')), 'base64').toString('utf8');
  };
  return { head: word(head), plain: body('plain'), html: body('html') };
}

async function put(name, text) {
  await writeFile(join(folder, `.${name}`), text, { mode: 0o600 });
  await rename(join(folder, `.${name}`), join(folder, name));
}

async function keep(bytes) {
  const text = bytes.toString('utf8');
  const { head, plain, html } = readable(text);
  const name = `${new Date().toISOString().replace(/[:.]/g, '-')}-${String(++number).padStart(4, '0')}`;
  await put(`${name}.txt`, `${head}\n\n${plain}`);
  await put(`${name}.html`, html);
  await put(`${name}.eml`, text);
  const names = (await readdir(folder)).filter(n => !n.startsWith('.')).sort();
  await Promise.all(names.slice(0, -3 * KEPT).map(n => rm(join(folder, n), { force: true })));
  console.log(`${name}: ${head.match(/^To: [\s\S]*?<(.*)>/m)?.[1]}`);
}

function refusal(code, message) {
  return Object.assign(new Error(message), { responseCode: code });
}

const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  size: MAIL_MAX,
  logger: false,
  onRcptTo({ address }, session, done) {
    if (address.startsWith('refused')) return done(refusal(550, '5.1.1 There is no such mailbox'));
    if (address.startsWith('busy') && !asked.has(address)) {
      asked.add(address);
      return done(refusal(451, '4.7.1 Come back later'));
    }
    return done();
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', part => parts.push(part));
    stream.on('end', () => {
      if (stream.sizeExceeded) return done(refusal(552, '5.3.4 The mail is too large'));
      return keep(Buffer.concat(parts)).then(() => done(), error => done(refusal(451, error.message)));
    });
  },
});
server.on('error', error => {
  console.error(error.message);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`mail server at 127.0.0.1:${port}, mails in ${folder}`));
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => server.close(() => process.exit(0)));
