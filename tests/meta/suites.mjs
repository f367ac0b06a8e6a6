// What must be tested is: providers by recorded requests, parsers of foreign bytes by fuzzing.
import { files, read, under } from './tree.mjs';

// What reads bytes that strangers send, and the fuzz target that feeds it.
const PARSERS = [
  ['core/json.h', 'json'],
  ['core/jwt.h', 'jwt'],
  ['core/cron.h', 'cron'],
  ['core/phone.h', 'phone'],
  ['http/strict.h', 'head'],
  ['http/strict.h', 'chunked'],
  ['http/cookie.h', 'cookie'],
  ['net/mail_message.h', 'mail_text'],
  ['http/range.h', 'range'],
  ['people/factors/inner.h', 'factor_code'],
  ['people/sessions/inner.h', 'user_agent'],
  ['people/passkeys/webauthn.h', 'passkey'],
  ['net/url.h', 'url_guard'],
  ['net/s3.h', 's3_xml'],
  ['intake/dropfolders/pattern.h', 'drop_pattern'],
  ['intake/dropfolders/sheet.h', 'drop_sheet'],
  ['providers/event.h', 'event_decode'],
  ['providers/form.h', 'form'],
  ['providers/generic/generic_map.h', 'generic_map'],
  ['providers/asterisk/ami.h', 'asterisk_ami'],
  ['providers/threecx/threecx_api.h', 'threecx_api'],
  ['engines/builtin/rule.h', 'rule'],
  ['engines/model.h', 'model_answer'],
  ['insight/transcripts/mend.h', 'mending'],
  ['engines/ask.h', 'engine_answers'],
  ['insight/scorecards/files.h', 'card_file'],
  ['insight/calibration/inner.h', 'past_scores'],
  ['insight/sensitive/sensitive.h', 'sensitive'],
  ['insight/trackers/trackers.h', 'tracker'],
  ['insight/customers/fields.h', 'customer_values'],
  ['intake/uploads/metadata.h', 'tus_metadata'],
  ['intake/spool/spool_int.h', 'spool_read'],
  ['intake/directory/directory.h', 'hook_directory'],
  ['media/child/sniff.h', 'wav_header'],
  ['media/child/sniff.h', 'mp3_header'],
  ['media/child/sniff.h', 'mp4_header'],
  ['media/child/sniff.h', 'webm_header'],
  ['media/child/sniff.h', 'amr_header'],
  ['media/child/package.h', 'xlsx_package'],
  ['media/child/xlsx.h', 'xlsx_parts'],
];

const providers = () => [...read('server/features.c').matchAll(/&(\w+)_provider,/g)].map((m) => m[1]);

// Slugs may begin with a digit, C names may not.
const slugOf = (p) => under(`server/providers/${p}`, '.c').map(read).join('\n').match(/\.slug = "(\w+)"/)?.[1] ?? p;

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
  return providers().map(slugOf).flatMap((p) => {
    const folders = new Set(under(`tests/providers/${p}`).map((f) => f.split('/')[3]).filter((f) => /^\d{3}-/.test(f)));
    return folders.size >= 12 ? [] : [`tests/providers/${p} has ${folders.size} recorded requests`];
  });
}

function guideFaults() {
  return providers().map(slugOf).filter((p) => !files.includes(`templates/guides/${p}.md`)).map((p) => `templates/guides/${p}.md is missing`);
}

/** Migrations go forward and back, in one unbroken row, and the server asks for the last of them. */
function migrationFaults() {
  const up = under('migrations', '.sql').filter((f) => !f.endsWith('.down.sql'));
  const needed = read('server/db/migrate.h').match(/#define MIGRATE_NEEDED (\d+)/)?.[1];
  const late = Number(needed) === up.length ? [] : [`server/db/migrate.h asks for migration ${needed} of ${up.length}`];
  return late.concat(up.flatMap((f, i) => [
    ...(files.includes(f.replace(/\.sql$/, '.down.sql')) ? [] : [`${f} has no way back`]),
    ...(f.startsWith(`migrations/${String(i + 1).padStart(4, '0')}_`) ? [] : [`${f} breaks the row of numbers`]),
  ]));
}

export const checks = [
  ['suites: every parser has a fuzz target with a corpus', fuzzFaults],
  ['suites: every provider has recorded requests', fixtureFaults],
  ['suites: every provider has a setup guide', guideFaults],
  ['suites: every migration has a way back', migrationFaults],
];
