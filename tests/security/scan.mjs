// tests/security/scan: slowhttptest and wapiti of Debian against the release build, confined as its units say, behind the
// shipped HAProxy configuration. Prints one line a finding; "not ok" is one that tests/security/findings.json does not
// explain. Some minutes; --seconds N bounds each slow attack (20), --connections N sizes it (2000), --crawl N bounds wapiti (180).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { ask, signIn } from './ask.mjs';
import { Installation, repo, until } from './installation.mjs';

const option = (name, otherwise) => { const i = process.argv.indexOf(`--${name}`); return i > 0 ? Number(process.argv[i + 1]) : otherwise; };
const seconds = option('seconds', 20), connections = option('connections', 2000), crawl = option('crawl', 180);
const explained = JSON.parse(readFileSync(join(repo, 'tests/security/findings.json'), 'utf8'));
// Not ssrf and xxe, which call a server on the internet: O4 and the XML tests stand in for them.
const MODULES = 'backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss';
let bad = 0, good = 0;
const say = (ok, text) => { console.log(`${ok ? 'ok' : 'not ok'} ${text}`); if (ok) good++; else bad++; };

function finish(command, args, limit) {
  return new Promise((ok) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const s of [child.stdout, child.stderr]) s.on('data', (d) => { text += d; });
    const late = setTimeout(() => child.kill('SIGKILL'), limit * 1000);
    child.on('error', (e) => ok({ code: -1, text: String(e) }));
    child.on('exit', (code) => { clearTimeout(late); ok({ code, text }); });
  });
}

/** The proxy keeps an address out for a while that opened too many connections; the next attack begins when it is let in. */
const letIn = (here) => until('this address is let in again', 60_000, () => ask(here, '/livez').then((a) => a.status === 200, () => false));

/** Somebody else, at another address of this machine, who asks all the while. */
function bystander(here) {
  let going = true, asked = 0, answered = 0;
  const times = [];
  const one = () => new Promise((ok) => {
    const began = Date.now();
    const r = https.get({ host: '127.0.0.1', port: here.https, path: asked % 2 ? '/' : '/readyz', localAddress: '127.0.0.77', rejectUnauthorized: false, agent: false, timeout: 5000 }, (a) => {
      a.resume();
      a.on('end', () => { if (a.statusCode === 200) answered++; times.push(Date.now() - began); ok(); });
    });
    r.on('timeout', () => r.destroy());
    r.on('error', () => ok());
  });
  const loop = (async () => { while (going) { asked++; await one(); await new Promise((ok) => { setTimeout(ok, 50); }); } })();
  return { stop: async () => { going = false; await loop; times.sort((a, b) => a - b); return { asked, answered, p99: times[Math.floor(times.length * 0.99)] ?? 0 }; } };
}

async function slow(here) {
  const url = `https://127.0.0.1:${here.https}`;
  const common = ['-c', String(connections), '-r', '400', '-l', String(seconds), '-p', '5'];
  const attacks = { 'slow heads': ['-H', '-i', '5', '-u', `${url}/`], 'slow bodies': ['-B', '-i', '5', '-s', '8192', '-u', `${url}/api/v1/session`], 'slow reading': ['-X', '-w', '1', '-y', '8', '-n', '5', '-z', '1', '-k', '3', '-u', `${url}/api/v1/openapi.json`], 'many ranges': ['-R', '-t', 'HEAD', '-u', `${url}/`] };
  for (const [name, args] of Object.entries(attacks)) {
    await letIn(here);
    const other = bystander(here);
    const { text } = await finish('slowhttptest', [...args, ...common], seconds * 3 + 60);
    const { asked, answered, p99 } = await other.stop();
    const ran = /slow|SLOW|connections|test/i.test(text);
    const last = text.replace(/\x1b\[[\d;]*m/g, '').split('\n').filter((l) => /^(initializing|pending|connected|error|closed|service available|Exit status):/i.test(l.trim())).slice(-7).map((l) => l.trim().replace(/\s+/g, ' ')).join(', ');
    say(ran && answered >= asked * 0.99 && asked >= 3, `slowhttptest, ${name}, ${connections} connections: others got ${answered} of ${asked} answers, p99 ${p99} ms (${last})`);
  }
}

async function wapiti(here) {
  await letIn(here);
  const ann = await signIn(here);
  const document = (await ann.get('/api/v1/openapi.json')).json;
  const url = `https://127.0.0.1:${here.https}`;
  const starts = Object.entries(document.paths).filter(([, o]) => o.get).map(([p, o]) => {
    const q = (o.get.parameters ?? []).filter((x) => x.in === 'query').map((x) => `${x.name}=1`).join('&');
    return `${url}${p.replace(/\{\w+\}/g, '01900000-0000-7000-8000-000000000001')}${q ? `?${q}` : ''}`;
  });
  const out = join(here.folder, 'wapiti.json');
  const { text } = await finish('wapiti', ['-u', `${url}/`, '--scope', 'folder', ...starts.flatMap((s) => ['-s', s]), '--verify-ssl', '0', '-H', `Cookie: ${ann.headers.cookie}`, '-H', `X-CSRF-Token: ${ann.headers['x-csrf-token']}`,
    '-m', MODULES, '--max-scan-time', String(crawl), '--max-attack-time', String(Math.ceil(crawl / 4)), '-t', '10', '--flush-session', '--store-session', join(here.folder, 'wapiti'), '-f', 'json', '-o', out, '-v', '0'], crawl * 8 + 120);
  let report;
  try { report = JSON.parse(readFileSync(out, 'utf8')); } catch { say(false, `wapiti made no report: ${text.slice(-600)}`); return; }
  for (const kind of ['vulnerabilities', 'anomalies'])
    for (const [name, list] of Object.entries(report[kind] ?? {}))
      for (const f of list) {
        const why = explained.find((e) => e.tool === 'wapiti' && e.name === name && new RegExp(e.path).test(f.path) && new RegExp(e.info).test(f.info));
        say(Boolean(why), `wapiti: ${name} at ${f.method} ${f.path}: ${f.info.replace(/\s+/g, ' ').slice(0, 200)}${why ? ` (explained: ${why.why})` : ''}`);
      }
  say(true, `wapiti looked at ${report.infos?.crawled_pages_nbr ?? report.infos?.crawled_pages ?? starts.length} addresses`);
  say((await ask(here, '/readyz')).status === 200, 'the service is ready afterwards');
}

const here = new Installation();
try {
  // All from one address, and more than people do: the server's own limits would refuse most of a scan before it is looked at.
  await here.start({ settings: 'address_rate = 0\nrequest_rate = 0\nsign_in_rate = 0\ntenant_rate = 0\n' });
  await here.proxy();
  if (seconds > 0) await slow(here);
  if (crawl > 0) await wapiti(here);
} finally { await here.stop(); }
console.log(`passed=${good} failed=${bad}`);
process.exitCode = bad ? 1 : 0;
