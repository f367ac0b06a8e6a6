// One call that two phone systems told of is two rows, of which one counts (call.same_as is null). A
// statement that lists calls or counts them or what hangs on them has to say so, or stand below with
// the reason why both rows belong there.
import { files, read } from './tree.mjs';

/** Statement -> why it reads both rows of such a pair. */
const BOTH = {
  work_list: 'jobs are listed, whichever call they are of',
  reviews_list: 'what a person reviewed before the link stays to be found',
  disputes_list: 'what an agent disputed before the link stays to be found',
  transcript_versions: 'of one call that is named',
  call_trackers: 'of one call that is named',
  call_fields_list: 'of one call that is named',
  call_tasks: 'of one call that is named',
  calibration_calls: 'of a set whose calls people chose',
  tags_change: 'of calls that are named: the list shows one row of two, and that one is named',
  replay_next: 'every stored score is derived again',
  tasks_list: 'tasks are listed, each made once for both rows',
  tasks_done_list: 'tasks are listed, each made once for both rows',
  watch_calls: 'no call may stand still, linked or not',
  recordings_want: 'a linked call keeps its recording',
  conversion_batch: 'every recording is kept, that of a linked call too',
  recordings_wake: 'of one call that is named',
  call_notes: 'of one call that is named',
  calls_of_delivery: 'what one delivery told of',
  score_list: 'of one call that is named',
  recording_task: 'of one recording that is named',
  poll_run_step: 'what a phone system told of, not how many calls there were',
  numbers_page: 'every number is read anew',
  polls_list: 'what a phone system told of, not how many calls there were',
  setup_recordings: 'what one phone system told of, beside what was recorded',
  unknown_give: 'the agent is given both rows',
  upload_known: 'whether the bytes are there',
  retention_preview: 'both rows of a linked call are deleted, each when it is due',
  originals_of_call: 'of one call that is named',
  run_batch: 'every transcript is redacted, that of a linked call too',
  drop_match_number: 'which row a file belongs to',
};

const COUNTS = /\b(count|sum|avg|percentile_cont)\s*\(/;

function* statements() {
  for (const path of files.filter((f) => /^server\/.*queries\.sql$/.test(f))) {
    for (const part of read(path).split(/^-- name: /m).slice(1)) {
      const [, name, kind] = part.match(/^(\w+) :(\w+)/) ?? [];
      const text = part.split('\n').slice(1).filter((l) => !l.startsWith('--')).join('\n');
      yield { path, name, kind, text };
    }
  }
}

const reads = (s) => /\b(?:from|join)\s+call\b|,\s*call\s+\w+\s*$/m.test(s.text);
const lists = (s) => s.kind === 'page' || s.kind === 'many' || COUNTS.test(s.text);

function faults() {
  const found = [...statements()].filter((s) => reads(s) && lists(s) && !/\bsame_as\b/.test(s.text));
  const names = new Set(found.map((s) => s.name));
  return [
    ...found.filter((s) => !BOTH[s.name]).map((s) => `${s.path}: ${s.name} lists or counts calls: add "same_as is null", or say in tests/meta/linked.mjs why both rows of a linked call belong there`),
    ...Object.keys(BOTH).filter((n) => !names.has(n)).map((n) => `tests/meta/linked.mjs names ${n}, which needs no reason`),
  ];
}

export const checks = [['linked: a call that two phone systems told of counts once in every statement', faults]];
