// Who may include whom (server/README.md), library headers from one folder each, and the code map.
import { bare, files, folderOf, read, under } from './tree.mjs';

const INFRA = ['core', 'db', 'net', 'http', 'jobs', 'live', 'media'];
const DISTRICTS = ['people', 'money', 'intake', 'insight', 'platform'];

// Layer: what it may include besides itself. The files of server/ itself put all together.
const MAY = {
  core: [],
  db: ['core'],
  net: ['core'],
  http: ['core', 'db', 'net'],
  jobs: ['core', 'db', 'net'],
  live: ['core', 'db', 'net'],
  media: ['core', 'db', 'net'],
  providers: ['core', 'net'],
  engines: ['core', 'net'],
};
DISTRICTS.forEach((d, i) => { MAY[d] = [...INFRA, 'providers', 'engines', ...DISTRICTS.slice(0, i)]; });

// Folders whose files are programs of their own: besides theirs they see only these headers.
const CHILDREN = {
  'media/child': ['media/wire.h'],
  'engines/pocketsphinx/child': ['engines/pocketsphinx/protocol.h'],
};

// Which folder alone may know a library. A header that is neither here nor the C library's is refused.
const LIBRARIES = [
  [/^h2o[./]/, 'http'],
  [/^libpq-fe\.h$/, 'db'],
  [/^(hiredis|curl)\//, 'net'],
  [/^liboath\/|^qrencode\.h$/, 'people/factors'],
  [/^fido\.h$|^(fido|cbor)\/|^cbor\.h$/, 'people/passkeys'],
  [/^pcre2\.h$/, 'insight/trackers'],
  [/^xlsxwriter\.h$/, 'insight/sheets'],
  [/^(cairo|pango|fontconfig)(-\w+)?[./]|^archive(_entry)?\.h$/, 'insight/reports'],
  [/^(jansson|sodium|jwt|yaml)\.h$|^(openssl|unicode|phonenumbers)\//, 'core'],
  [/^libwebsockets\.h$/, 'live'],
  [/^lib(av|sw)\w+\/|^(seccomp|zip|expat)\.h$/, 'media/child'],
  [/^pocketsphinx\.h$|^sphinxbase\//, 'engines/pocketsphinx/child'],
];
const C_LIBRARY = new RegExp(`^(?:${[
  'assert ctype errno inttypes limits locale math setjmp signal stdarg stdatomic stdbool stddef stdint stdio',
  'stdlib string time',
  'dirent dlfcn fcntl glob ifaddrs netdb poll pthread pwd sched spawn strings termios unistd',
].join(' ').split(/\s+/).join('|')})\\.h$|^(?:sys|netinet|arpa|linux)/`);

// Of C++, what its one file needs.
const CPP_LIBRARY = /^(?:cstring|string)$/;

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm;

export function includes(path) {
  return [...read(path).matchAll(INCLUDE)].map((m) => ({ own: m[1] === '"', name: m[2] }));
}

const sources = under('server', '.c', '.cc', '.h').map((path) => path.slice('server/'.length));

const layerOf = (path) => path.split('/')[0];

/** The folder that is one unit: a feature, a provider, an engine, or a whole layer. */
function unitOf(path) {
  const parts = folderOf(path).split('/');
  const depth = [...DISTRICTS, 'providers', 'engines'].includes(parts[0]) ? 2 : 1;
  return parts.slice(0, depth).join('/');
}

/** A feature shows the others one header, named like it. */
function isFace(name) {
  const unit = unitOf(name);
  return !unit.includes('/') || folderOf(name) === unit && name === `${unit}/${unit.split('/')[1]}.h`;
}

function faultOf(path, name) {
  const layer = layerOf(path);
  const other = layerOf(name);
  if (!path.includes('/')) return null;
  if (!name.includes('/')) return 'nothing calls upward';
  const child = Object.keys(CHILDREN).find((c) => path.startsWith(`${c}/`));
  if (child) return name.startsWith(`${child}/`) || CHILDREN[child].includes(name) ? null : 'a program of its own';
  if (Object.keys(CHILDREN).some((c) => name.startsWith(`${c}/`))) return 'belongs to another program';
  if (unitOf(name) === unitOf(path)) return null;
  if (/\/(inner|\w+_int)\.h$/.test(name)) return 'is private to its folder';
  if (layer !== other && !MAY[layer]?.includes(other)) return `${layer} may not use ${other}`;
  if (layer === other && ['providers', 'engines'].includes(layer))
    return unitOf(name).includes('/') ? 'one vendor knows nothing of another' : null;
  if (DISTRICTS.includes(other) && !isFace(name)) return "only a feature's own header may be used by others";
  return null;
}

function layerFaults() {
  return sources.flatMap((path) => includes(`server/${path}`).filter((i) => i.own)
    .map((i) => [i.name, faultOf(path, i.name)]).filter(([, why]) => why)
    .map(([name, why]) => `server/${path} includes ${name}: ${why}`));
}

function libraryFaults() {
  const faults = [];
  for (const path of sources) {
    for (const { name } of includes(`server/${path}`).filter((i) => !i.own && !C_LIBRARY.test(i.name)
      && !(path.endsWith('.cc') && CPP_LIBRARY.test(i.name)))) {
      const row = LIBRARIES.find(([pattern]) => pattern.test(name));
      if (!row) faults.push(`server/${path} includes <${name}>, which no folder is named for`);
      else if (folderOf(path) !== row[1]) faults.push(`server/${path} includes <${name}>, which belongs to server/${row[1]}`);
    }
  }
  return faults;
}

function mapFaults() {
  const map = files.includes('server/README.md') ? read('server/README.md') : '';
  const named = new Set([...map.matchAll(/^\| `([\w/.-]+?)\/?` \|/gm)].map((m) => m[1]));
  const there = new Set(sources.filter((p) => p.includes('/')).map(folderOf));
  return [
    ...[...there].filter((f) => !named.has(f)).map((f) => `server/README.md has no line for ${f}/`),
    ...[...named].filter((f) => ![...there].some((t) => t === f || t.startsWith(`${f}/`)))
      .map((f) => `server/README.md names ${f}/, which is not there`),
  ];
}

/** Every file opens by saying what it is for; every header has a guard of its own. */
function openingFaults() {
  const guards = new Map();
  return sources.flatMap((path) => {
    const text = read(`server/${path}`);
    const guard = bare(text).match(/^#ifndef (RINGSIGHT_\w+_H)\n#define \1\n/m)?.[1];
    const list = [];
    if (!(path.endsWith('.cc') ? /^\/\// : /^\/\*/).test(text)) list.push(`server/${path} does not open with what it is for`);
    if (path.endsWith('.h') && !guard) list.push(`server/${path} has no guard`);
    else if (guards.has(guard)) list.push(`server/${path} has the guard of server/${guards.get(guard)}`);
    if (guard) guards.set(guard, path);
    return list;
  });
}

export const checks = [
  ['layers: nothing includes what it may not use', layerFaults],
  ['layers: each library is known to one folder', libraryFaults],
  ['layers: server/README.md has a line for every folder', mapFaults],
  ['layers: files open with their purpose, headers with their guard', openingFaults],
];
