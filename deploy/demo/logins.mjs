// Prints the demo's logins for people: node logins.mjs VAR/demo.json
import { readFile } from 'node:fs/promises';

const demo = JSON.parse(await readFile(process.argv[2], 'utf8'));
const rows = demo.tenants.flatMap(t => t.users.map(u => [u.email, u.password, `${u.role}, ${t.slug}`]));
rows.push([demo.super_admin.email, demo.super_admin.password, 'super admin']);
const width = i => Math.max(...rows.map(r => r[i].length));
for (const [email, password, who] of rows)
  console.log(`  ${email.padEnd(width(0))}  ${password.padEnd(width(1))}  ${who}`);
