// Sends one call to a generic hook address, signed after Standard Webhooks. Needs Node 18 or later.
//   HOOK_URL=https://... HOOK_SECRET=whsec_... node generic-send.mjs call.json
// Tries again while no 2xx answer comes, each time signed anew; the id stays, for it is the same event.
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { HOOK_URL, HOOK_SECRET } = process.env;
const body = readFileSync(process.argv[2]); // the very bytes are signed and sent
const key = Buffer.from(HOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const id = `msg_${randomBytes(12).toString('hex')}`;

for (const wait of [0, 5, 30, 300]) {
  await sleep(wait * 1000);
  const ts = String(Math.floor(Date.now() / 1000));
  const sig = createHmac('sha256', key).update(`${id}.${ts}.`).update(body).digest('base64');
  const answer = await fetch(HOOK_URL, {
    method: 'POST',
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': ts,
      'webhook-signature': `v1,${sig}`,
    },
  }).catch((e) => ({ status: 0, statusText: String(e) }));
  if (answer.status >= 200 && answer.status < 300) {
    console.log('stored');
    process.exit(0);
  }
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    console.error(`refused with ${answer.status}: look at the guide's table`);
    process.exit(1);
  }
}
console.error('no answer that counts');
process.exit(1);
