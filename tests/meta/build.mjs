// What the built program says of itself: settings explained, contract complete. Without a program,
// or with one older than its sources, these checks are left out.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, under } from './tree.mjs';
import { routes } from './rows.mjs';
import { table } from './settings.mjs';

const program = [process.env.CHECK_BUILD, join(root, 'build')].filter(Boolean).map((f) => join(f, 'ringsight'))
  .filter(existsSync)
  .find((path) => under('server', '.c', '.cc', '.h').every((f) => statSync(join(root, f)).mtimeMs <= statSync(path).mtimeMs));

function ask(role) {
  const none = 'host=127.0.0.1 port=1 connect_timeout=1';
  return spawnSync(program, [role], {
    cwd: root, encoding: 'utf8', timeout: 20000,
    env: { PATH: process.env.PATH, RINGSIGHT_CONFIG: '/dev/null', RINGSIGHT_VAR: '/dev/null/none', RINGSIGHT_DATABASE_URL: none,
      RINGSIGHT_JOBS_DATABASE_URL: none, RINGSIGHT_PLATFORM_DATABASE_URL: none },
  }).stdout ?? '';
}

function explained() {
  const text = ask('check');
  return table().filter((r) => !new RegExp(`^${r.name} = .*\\n {4}\\S.*Default: `, 'm').test(text))
    .map((r) => `ringsight check does not explain ${r.name}`);
}

function contract() {
  const paths = JSON.parse(ask('openapi')).paths;
  const printed = new Set(Object.entries(paths).flatMap(([path, ops]) => Object.keys(ops).map((m) => `${m.toUpperCase()} ${path}`)));
  const written = new Set(routes().map((r) => {
    const path = r.route.replace(/:text\}/g, '}');
    return `${r.method} ${/\.root\s*=\s*true/.test(r.row) ? '' : '/api/v1'}${path}`;
  }));
  return [
    ...[...written].filter((r) => !printed.has(r)).map((r) => `${r} is written but not in the contract`),
    ...[...printed].filter((r) => !written.has(r)).map((r) => `${r} is in the contract but written nowhere`),
    ...Object.entries(paths).flatMap(([path, ops]) => Object.entries(ops)
      .filter(([, o]) => !o.summary || !o['x-permission']).map(([m]) => `${m.toUpperCase()} ${path} lacks its sentence or permission`)),
  ];
}

export const checks = program ? [
  ['program: ringsight check explains every setting', explained],
  ['program: the contract is the route table', contract],
] : [];
