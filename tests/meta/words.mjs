// Words that must not stand in the tree: work left over, and what only one machine or person knows.
import { files, lineOf, read, size } from './tree.mjs';

const WORDS = [
  [/\b(?:TODO|FIXME|XXX|HACK)\b/g, 'work left over belongs in an issue'],
  [/(?<![\w.}$*])\/(?:home|work|Users|root)\/\w/g, 'a path of one machine'],
  [/\/tmp\/w\b|\bissues show \d|\bto be (?:done|implemented|filled in)\b|\bnot (?:yet )?implemented\b/gi, 'left over from the work on it'],
  [/\b(?:lorem ipsum|asdf|foobar)\b/gi, 'filler'],
];

// Bytes of others: recorded, generated or fetched.
const FOREIGN = /\.(png|wav|mp3|ogg|opus|flac|woff2?|ico|br|gz|pdf)$|package-lock\.json$|^tests\/fuzz\/corpus\/|^tests\/fixtures\/|^tests\/providers\//;
const SELF = 'tests/meta/words.mjs';

function faults() {
  return files.filter((f) => !FOREIGN.test(f) && f !== SELF && size(f) < 1 << 20).flatMap((path) => {
    const text = read(path);
    return WORDS.flatMap(([pattern, why]) => [...text.matchAll(pattern)]
      .map((m) => `${path}:${lineOf(text, m.index)} "${m[0]}": ${why}`));
  });
}

export const checks = [['words: nothing left over stands in the tree', faults]];
