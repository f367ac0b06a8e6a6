// Functions that are not called: memory belongs to the arena, and some functions cannot be used
// safely at all. The exceptions stand here, each with its reason; one that is not needed any more
// is a fault too.
import { bare, lineOf, read, under } from './tree.mjs';

const MEMORY = 'malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf json_decref'.split(' ');
const UNSAFE = ('strcpy strcat stpcpy sprintf vsprintf gets atoi atol atoll atof strtok strtok_r localtime '
  + 'gmtime ctime asctime mktime alloca system popen rand srand tmpnam mktemp').split(' ');

// Programs of their own use what their libraries' objects need.
const FREE_OF_MEMORY_RULE = ['server/core/', 'server/media/child/', 'server/engines/pocketsphinx/child/'];

const EXCEPTIONS = [
  ['server/db/db.c', 'calloc', 'a connection outlives the arenas of what it serves'],
  ['server/db/db.c', 'free', 'the other end of calloc'],
  ['server/db/pool.c', 'calloc', 'a pool lives as long as the process'],
  ['server/db/pool.c', 'strdup', 'its address too'],
  ['server/db/pool.c', 'free', 'the other end of both'],
  ['server/http/conns.c', 'malloc', 'a connection outlives every request, so no arena can own it'],
  ['server/http/loop.c', 'calloc', 'loops live as long as the process'],
  ['server/http/loop.c', 'free', 'in sanitized builds: what libh2o would keep on its free lists'],
  ['server/http/conns.c', 'free', 'the other end of malloc, when libh2o closes the connection'],
  ['server/http/identity.c', 'calloc', 'a table per loop that lives as long as the process'],
  ['server/http/identity.c', 'free', 'the other end of calloc'],
  ['server/people/factors/totp.c', 'free', 'what liboath made of the seed in base32'],
];

function callsOf(path, names) {
  const text = bare(read(path));
  return [...text.matchAll(new RegExp(`(?<![\\w.>])(${names.join('|')})\\s*\\(`, 'g'))]
    .map((m) => ({ path, name: m[1], line: lineOf(text, m.index) }));
}

function all() {
  return under('server', '.c', '.cc', '.h').flatMap((path) => [
    ...callsOf(path, UNSAFE).filter(() => !path.startsWith('server/core/')),
    ...(FREE_OF_MEMORY_RULE.some((f) => path.startsWith(f)) ? [] : callsOf(path, MEMORY)),
  ]);
}

const excused = (c) => EXCEPTIONS.some(([path, name]) => path === c.path && name === c.name);

export const checks = [
  ['calls: no function that the house does not use', () => all().filter((c) => !excused(c))
    .map((c) => `${c.path}:${c.line} calls ${c.name}`)],
  ['calls: every exception is still needed', () => {
    const found = all();
    return EXCEPTIONS.filter(([path, name]) => !found.some((c) => c.path === path && c.name === name))
      .map(([path, name]) => `${path} does not call ${name} any more`);
  }],
];
