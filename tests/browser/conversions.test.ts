/* Past recordings on the settings page: counted first, only then converted. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { accessible, launch, noSidewaysScroll, open, phone } from "./house.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("what is to be converted is counted first, and the page says what came of it", async () => {
  const { page, faults, context } = await open(browser, "/settings");
  const panel = page.locator(".panel", { hasText: "Past recordings" });
  await panel.getByRole("button", { name: "Count" }).click();
  await panel
    .getByText(/looked at\. \S+/)
    .first()
    .waitFor({ timeout: 60_000 });
  await panel
    .getByRole("button", { name: "Convert" })
    .waitFor({ timeout: 60_000 });
  const { scrollWidth, clientWidth } = await panel.evaluate((e) => ({
    scrollWidth: e.scrollWidth,
    clientWidth: e.clientWidth,
  }));
  assert(scrollWidth <= clientWidth, "nothing sticks out");
  await page.setViewportSize(phone);
  await noSidewaysScroll(page, "settings on a phone");
  await accessible(page, "settings on a phone");
  assert.deepEqual(faults, []);
  await context.close();
});
