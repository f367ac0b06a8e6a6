// What a unit of deploy/systemd allows, as rules for tests/security/confine.c, and its settings. systemd itself says
// which calls its groups hold, so that they are those of the machine that it would run on.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const FAMILIES = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 };

/** Every line of a unit in its order: [name, value]. */
export function lines(path) {
  return readFileSync(path, 'utf8').split('\n').filter((l) => /^[A-Z]\w*=/.test(l)).map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]);
}

export const values = (unit, name) => unit.filter(([n]) => n === name).map(([, v]) => v);

function group(name) {
  if (!name.startsWith('@')) return [name];
  const said = execFileSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' });
  return said.split('\n').map((l) => l.trim()).filter((l) => l && !l.startsWith('#') && l !== name).flatMap(group);
}

/** The rules of one unit, as text for confine. */
export function rules(unit) {
  const calls = new Set();
  for (const filter of values(unit, 'SystemCallFilter')) {
    const names = filter.replace(/^~/, '').split(/\s+/).flatMap(group);
    for (const n of names) if (filter.startsWith('~')) calls.delete(n); else calls.add(n);
  }
  for (const n of group('@default')) calls.add(n); // systemd always allows these
  const families = values(unit, 'RestrictAddressFamilies').flatMap((v) => v.split(/\s+/)).map((f) => `family ${FAMILIES[f]}`);
  return [...[...calls].sort().map((n) => `call ${n}`), ...families,
    ...(values(unit, 'MemoryDenyWriteExecute')[0] === 'yes' ? ['no-wx'] : []),
    ...(values(unit, 'RestrictNamespaces')[0] === 'yes' ? ['no-namespaces'] : []), ''].join('\n');
}
