/* Connecting a phone system as an admin does it: the guide with the own address, a sample that goes
 * through it with its steps appearing, a map made beside the last delivery, a wrong zone mended,
 * deliveries read again; on a desktop and on a phone, light and dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

const shots = process.env.SHOTS;
let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

async function connect(page: Page, name: string): Promise<{ id: string; url: string }> {
  await page.goto(`${base}/integrations/new`);
  await settled(page);
  await page.getByText('Generic JSON').click();
  await page.locator('input[name=name]').fill(name);
  await page.getByRole('button', { name: 'Connect and show the address' }).click();
  const url = await page.getByRole('textbox', { name: 'Webhook address' }).inputValue();
  const done = await page.getByRole('link', { name: 'Done' }).getAttribute('href');
  return { id: done!.split('/').pop()!, url };
}

const hourAhead = (shift: number) =>
  new Date(Date.now() + shift).toISOString().slice(0, 19).replace('T', ' ');

test('from a new address to mapped calls with the right zone', async () => {
  const { page, faults, context } = await open(browser, '/integrations');
  const { id, url } = await connect(page, 'A dialler of our own');
  const post = (data: object) => context.request.post(url, { data });

  // The guide has the address while it is known.
  await page.getByRole('link', { name: 'the guide' }).click();
  await settled(page);
  await page.getByText(url, { exact: false }).first().waitFor(); // the own address stands in the guide
  assert.equal(await page.getByText('{{').count(), 0, 'no placeholder is left');
  await accessible(page, 'guide');
  await shoot(page, 'guide');

  // A sample goes through the address; each step says what it found.
  await page.getByRole('link', { name: 'Integration', exact: true }).click();
  await settled(page);
  await page.getByRole('button', { name: 'Send a sample' }).click();
  await page.getByText('no fault found').waitFor({ timeout: 120_000 });
  await page.locator('.trial-steps .answer.good').nth(2).waitFor();
  await page.getByText('RINGSIGHT_OUTGOING_ADDRESSES').waitFor();
  await accessible(page, 'integration after a trial');
  await shoot(page, 'integration');

  // A foreign form is mapped beside what it sent, and the deliveries are read again.
  for (let n = 0; n < 4; n++)
    assert.equal(
      (
        await post({
          event: 'hangup',
          call: { ucid: `w-${id}-${n}`, kind: 'manual' },
          caller: '09812345678',
          did: '918000000001',
          start: hourAhead(5.5 * 3_600_000 - 40_000),
          secs: '00:00:30',
        })
      ).status(),
      200,
    );
  await page.getByRole('link', { name: 'Field map' }).click();
  await settled(page);
  await page.getByText('This field is needed: say where it is.').first().waitFor();
  const fill = async (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).fill(value);
  await fill('Call id comes from', 'call.ucid');
  await fill('Direction comes from', 'call.kind');
  await fill('From comes from', 'caller');
  await fill('To comes from', 'did');
  await fill('Started comes from', 'start');
  await fill('Length comes from', 'secs');
  await page.getByText('“manual”').or(page.getByText('"manual" is none of our words')).first().waitFor();
  await shoot(page, 'map-fault');
  await page.getByLabel('Direction: table').fill('manual = outbound');
  await page.getByText('1 record, 1 event read').waitFor();
  await page.getByLabel('Length now').filter({ hasText: /^30$/ }).waitFor();
  await accessible(page, 'field map');
  await shoot(page, 'map');
  await page.getByRole('button', { name: 'Save the map' }).click();
  await page.getByText('The map is saved').waitFor();

  await page.getByRole('link', { name: 'Unparsed deliveries' }).click();
  await settled(page);
  await page.locator('tbody tr').nth(3).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 4);
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.locator('dialog, [role=dialog], [role=alertdialog]').getByRole('button', { name: 'Read again' }).click();
  await page.getByText('No deliveries match.').waitFor({ timeout: 120_000 });
  await page.getByText('Read 4 of 4').waitFor();
  await shoot(page, 'replays');

  // The records are half a day's zone off: one click mends it.
  await page.goto(`${base}/integrations/${id}`);
  await settled(page);
  const note = page.locator('.clock-note');
  await note.waitFor();
  assert.match(await note.innerText(), /Records arrive \d+ h( \d+ min)? before their own time/);
  await shoot(page, 'clock');
  const cure = note.getByRole('button', { name: 'Set Asia/Kolkata and read again' });
  await cure.click();
  await note.waitFor({ state: 'detached', timeout: 120_000 });
  assert.deepEqual(faults, []);
  await context.close();
});

test('on a phone and in the dark', async () => {
  for (const look of [{ viewport: phone }, { viewport: phone, dark: true }, { dark: true }]) {
    const { page, faults, context } = await open(browser, '/integrations', look);
    await page.getByRole('link', { name: /A dialler of our own/ }).first().click();
    await settled(page);
    const at = new URL(page.url()).pathname;
    for (const path of [at, `${at}/map`, `${at}/guide`, `/deliveries?integration=${at.split('/').pop()}`]) {
      await page.goto(base + path);
      await settled(page);
      await noSidewaysScroll(page, path);
      await accessible(page, path, look.viewport ? undefined : ['color-contrast']);
      await shoot(page, `${look.viewport ? 'phone' : 'desktop'}${look.dark ? '-dark' : ''}-${path.split('/').pop()!.split('?')[0]!.slice(0, 12)}`);
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
});
