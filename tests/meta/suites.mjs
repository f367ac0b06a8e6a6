// What must be tested is: providers by recorded requests, parsers of foreign bytes by fuzzing.
import { files, read, under } from './tree.mjs';

// What reads bytes that strangers send, and the fuzz target that feeds it.
const PARSERS = [
  ['core/json.h', 'json'],
  ['http/strict.h', 'head'],
  ['http/strict.h', 'chunked'],
  ['http/cookie.h', 'cookie'],
  ['http/range.h', 'range'],
  ['net/url.h', 'url_guard'],
  ['providers/event.h', 'event_decode'],
  ['engines/builtin/rule.h', 'rule'],
  ['intake/uploads/metadata.h', 'tus_metadata'],
  ['media/child/sniff.h', 'wav_header'],
  ['media/child/sniff.h', 'mp3_header'],
];

const providers = () => [...read('server/features.c').matchAll(/&(\w+)_provider,/g)].map((m) => m[1]);

function fuzzFaults() {
  const wanted = [...PARSERS, ...providers().map((p) => [`providers/${p}/${p}.h`, `${p}_parse`])];
  const targets = under('tests/fuzz', '.c').map((f) => f.slice('tests/fuzz/'.length, -2)).filter((f) => !f.includes('/'));
  return [
    ...wanted.filter(([header]) => !files.includes(`server/${header}`)).map(([header]) => `server/${header} is not there`),
    ...wanted.filter(([, target]) => !targets.includes(target)).map(([header, target]) => `server/${header} has no tests/fuzz/${target}.c`),
    ...targets.filter((t) => !wanted.some(([, target]) => target === t)).map((t) => `tests/fuzz/${t}.c feeds no parser of the list`),
    ...targets.filter((t) => !under(`tests/fuzz/corpus/${t}`).length).map((t) => `tests/fuzz/corpus/${t} is empty`),
  ];
}

function fixtureFaults() {
  return providers().flatMap((p) => {
    const folders = new Set(under(`tests/providers/${p}`).map((f) => f.split('/')[3]).filter((f) => /^\d{3}-/.test(f)));
    return folders.size >= 10 ? [] : [`tests/providers/${p} has ${folders.size} recorded requests`];
  });
}

function guideFaults() {
  return providers().filter((p) => !files.includes(`templates/guides/${p}.md`)).map((p) => `templates/guides/${p}.md is missing`);
}

/** Migrations go forward and back, in one unbroken row. */
function migrationFaults() {
  const up = under('migrations', '.sql').filter((f) => !f.endsWith('.down.sql'));
  return up.flatMap((f, i) => [
    ...(files.includes(f.replace(/\.sql$/, '.down.sql')) ? [] : [`${f} has no way back`]),
    ...(f.startsWith(`migrations/${String(i + 1).padStart(4, '0')}_`) ? [] : [`${f} breaks the row of numbers`]),
  ]);
}

export const checks = [
  ['suites: every parser has a fuzz target with a corpus', fuzzFaults],
  ['suites: every provider has recorded requests', fixtureFaults],
  ['suites: every provider has a setup guide', guideFaults],
  ['suites: every migration has a way back', migrationFaults],
];
