/* A second factor from its set-up to signing in with it: by the secret that the page shows, by a recovery code, removed
 * by an owner, and asked for by the tenant. Codes come from Debian's oathtool. The people are made for it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  accessible,
  base,
  boss,
  desktop,
  launch,
  noSidewaysScroll,
  open,
  phone,
  settled,
  signIn,
  tenant,
} from "./house.ts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const PASSWORD = "correct horse battery";
const code = (secret: string, steps = 0): string => {
  const at = Math.floor(Date.now() / 1000) + 30 * steps;
  return execFileSync(
    "oathtool",
    ["--totp", "--base32", `--now=@${at}`, secret],
    {
      encoding: "utf8",
    },
  ).trim();
};
/** A step of codes has enough time left that what follows lies within it. */
async function early(): Promise<void> {
  while ((Date.now() / 1000) % 30 > 15)
    await new Promise((go) => setTimeout(go, 250));
}

/** Somebody new of the demo's first tenant, who signs in by a user name. */
async function newPerson(): Promise<{ email: string; name: string }> {
  const { page, context } = await open(browser, "/members");
  const session = await (
    await page.request.get(`${base}/api/v1/session`)
  ).json();
  const user = `factor-${randomUUID().slice(0, 8)}`;
  const made = await page.request.post(`${base}/api/v1/invitations`, {
    headers: { "X-CSRF-Token": session.csrf },
    data: { user_name: user, role: "viewer" },
  });
  assert.equal(made.status(), 201, await made.text());
  const token = (await made.json()).link.split("#")[1];
  await context.close();
  const joined = await fetch(`${base}/api/v1/join`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, name: `Person ${user}`, password: PASSWORD }),
  });
  assert.equal(joined.status, 204);
  return { email: `${user}@${tenant.slug}`, name: `Person ${user}` };
}

async function fillPassword(page: Page, email: string): Promise<void> {
  await page.goto(`${base}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function check(page: Page, what: string): Promise<void> {
  for (const size of [desktop, phone]) {
    await page.setViewportSize(size);
    await accessible(page, what);
    await noSidewaysScroll(page, what);
  }
  await page.setViewportSize(desktop);
}

/** From the password on, in whatever frame the set-up is shown; the secret and the recovery codes. */
async function setUp(
  page: Page,
): Promise<{ secret: string; recovery: string[] }> {
  await page.getByLabel("Your password").fill("not this one");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("This is not your password.").waitFor();
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Continue" }).click();
  await page
    .getByRole("img", { name: "QR code for the authenticator app" })
    .waitFor();
  await check(page, "the QR code");
  const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
  await page.getByLabel("Code that the app shows").fill("000");
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByText("This is not the code of now.").waitFor();
  await early();
  await page.getByLabel("Code that the app shows").fill(code(secret, -1));
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("list", { name: "Recovery codes" }).waitFor();
  await check(page, "the recovery codes");
  const recovery = await page.locator(".recovery-codes code").allTextContents();
  assert.equal(recovery.length, 10);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  const text = readFileSync(await file.path(), "utf8");
  for (const c of recovery) assert.ok(text.includes(c));
  return { secret, recovery };
}

test(
  "set up by its secret, signed in with a code and with a recovery code, removed by an owner",
  { timeout: 300_000 },
  async () => {
    const person = await newPerson();
    const context = await browser.newContext({
      viewport: desktop,
      acceptDownloads: true,
    });
    const page = await context.newPage();
    await signIn(page, { ...person, password: PASSWORD, role: "viewer" });
    await page.getByRole("button", { name: /account/ }).click();
    await page.getByRole("link", { name: "Security" }).click();
    await page.getByRole("heading", { name: "Second factor: off" }).waitFor();
    await check(page, "security without a factor");
    await page.getByRole("button", { name: "Set up" }).click();
    const { secret, recovery } = await setUp(page);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("heading", { name: "Second factor: on" }).waitFor();
    await page.getByText("10 of 10 recovery codes are left.").waitFor();
    await check(page, "security with a factor");
    await page.getByRole("button", { name: /account/ }).click();
    await page.getByRole("button", { name: "Sign out" }).click();

    await fillPassword(page, person.email);
    await page.getByRole("heading", { name: "Code" }).waitFor();
    await check(page, "the second step");
    assert.equal(
      (await page.request.get(`${base}/api/v1/session`)).status(),
      401,
    );
    await page.getByLabel("Code", { exact: true }).fill("12345");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("4 tries are left.").waitFor();
    await early();
    await page.getByLabel("Code", { exact: true }).fill(code(secret, 1));
    await page.keyboard.press("Enter");
    await page.locator(".frame").waitFor();
    await page.getByRole("button", { name: /account/ }).click();
    await page.getByRole("button", { name: "Sign out" }).click();

    await fillPassword(page, person.email);
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByLabel("Recovery code").fill(recovery[0]!);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator(".frame").waitFor();
    await page.goto(`${base}/security`);
    await page.getByText("9 of 10 recovery codes are left.").waitFor();
    await page.getByRole("button", { name: "New recovery codes" }).click();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("button", { name: "Make new codes" }).click();
    await page.getByRole("list", { name: "Recovery codes" }).waitFor();
    const fresh = await page.locator(".recovery-codes code").allTextContents();
    assert.ok(fresh.length === 10 && !fresh.includes(recovery[1]!));
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("10 of 10 recovery codes are left.").waitFor();

    const owner = await open(browser, "/members");
    const lost = owner.page.getByRole("button", {
      name: `Remove the second factor of ${person.name}`,
    });
    await lost.click();
    await accessible(owner.page, "the dialog of a lost phone");
    await owner.page.getByLabel("Why").selectOption("stolen");
    await owner.page
      .getByRole("dialog")
      .getByRole("button", { name: "Remove" })
      .click();
    await lost.waitFor({ state: "detached" });
    await owner.context.close();
    await fillPassword(page, person.email);
    await page.locator(".frame").waitFor();
    await context.close();
  },
);

test(
  "five wrong codes lead back to the password, with the reason",
  { timeout: 180_000 },
  async () => {
    const person = await newPerson();
    const context = await browser.newContext({
      viewport: desktop,
      acceptDownloads: true,
    });
    const page = await context.newPage();
    await signIn(page, { ...person, password: PASSWORD, role: "viewer" });
    await page.goto(`${base}/security`);
    await page.getByRole("button", { name: "Set up" }).click();
    await setUp(page);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await context.clearCookies();
    await fillPassword(page, person.email);
    for (const left of [/4 tries/, /3 tries/, /2 tries/, /1 try/, /last try/]) {
      await page.getByLabel("Code", { exact: true }).fill("12");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText(left).waitFor();
    }
    await page.getByLabel("Code", { exact: true }).fill("12");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("sign in again").waitFor();
    await page.getByLabel("Password").waitFor();
    await context.close();
  },
);

test(
  "where the tenant asks for one, the dashboard leads to setting it up",
  { timeout: 180_000 },
  async () => {
    const person = await newPerson();
    const context = await browser.newContext({
      viewport: desktop,
      acceptDownloads: true,
    });
    const page = await context.newPage();
    await signIn(page, { ...person, password: PASSWORD, role: "viewer" });
    // Asked of all it would be asked of the other tests' people too: once, for this page, the session says so.
    await page.route(
      /\/api\/v1\/session$/,
      async (route) => {
        const reply = await route.fetch();
        await route.fulfill({
          json: { ...(await reply.json()), lacks_factor: true },
        });
      },
      { times: 1 },
    );
    await page.goto(`${base}/calls`);
    await page
      .getByRole("heading", { name: "Set up a second factor" })
      .waitFor();
    assert.equal(await page.locator(".frame").count(), 0);
    await check(page, "what is asked");
    await setUp(page);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("heading", { level: 1, name: "Calls" }).waitFor();
    await context.close();
  },
);

test("the settings say of whom it is asked, and an owner without one is told to begin", async () => {
  const { page, context, faults } = await open(browser, "/settings");
  const whom = page.getByRole("group", { name: "A second factor is asked of" });
  await whom.getByLabel("Nobody").waitFor();
  await whom.getByLabel("Everyone").check();
  await accessible(page, "the policy");
  await page
    .locator("form")
    .filter({ has: whom })
    .getByRole("button", { name: "Save" })
    .click();
  await page
    .getByRole("alert")
    .getByText("Set up a second factor of your own first")
    .waitFor();
  assert.deepEqual(faults, []);
  assert.equal(boss.role, "owner");
  await settled(page);
  await context.close();
});
