/* Passkeys with Chromium's virtual authenticator: added on the security page, used at the second step of signing in,
 * refused where the authenticator does not check its user, removed. Browsers take no address for a domain, so the server
 * is one of its own under the name localhost; the demo's, under an address, says that it needs a name. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { freePort, ownServer, type Own } from "../api/server.ts";
import {
  accessible,
  base as demoBase,
  desktop,
  launch,
  noSidewaysScroll,
  open,
  phone,
  tenant,
  watch,
} from "./house.ts";

const PASSWORD = "correct horse battery";
let browser: Browser, own: Own, base: string;
before(async () => {
  browser = await launch();
  const port = await freePort();
  base = `http://localhost:${port}`;
  own = await ownServer(undefined, {
    after: { port, metrics: await freePort(), folder: "" } as Own,
    settings: { RINGSIGHT_PUBLIC_URL: base },
  });
});
after(async () => {
  await browser.close();
  await own.remove();
});

/** Somebody new of the demo's first tenant, who signs in by a user name. */
async function newPerson(): Promise<string> {
  const { page, context } = await open(browser, "/members");
  const session = await (
    await page.request.get(`${demoBase}/api/v1/session`)
  ).json();
  const user = `passkey-${randomUUID().slice(0, 8)}`;
  const made = await page.request.post(`${demoBase}/api/v1/invitations`, {
    headers: { "X-CSRF-Token": session.csrf },
    data: { user_name: user, role: "viewer" },
  });
  assert.equal(made.status(), 201, await made.text());
  const token = (await made.json()).link.split("#")[1];
  await context.close();
  const joined = await fetch(`${demoBase}/api/v1/join`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, name: `Person ${user}`, password: PASSWORD }),
  });
  assert.equal(joined.status, 204);
  return `${user}@${tenant.slug}`;
}

interface Device {
  cdp: CDPSession;
  authenticatorId: string;
}
async function device(page: Page): Promise<Device> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send(
    "WebAuthn.addVirtualAuthenticator",
    {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    },
  );
  return { cdp, authenticatorId };
}

async function firstStep(page: Page, email: string): Promise<void> {
  await page.goto(`${base}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function check(page: Page, what: string): Promise<void> {
  await accessible(page, what);
  await noSidewaysScroll(page, what);
}

async function add(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Add passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Continue" }).click();
}

for (const [size, viewport] of [
  ["desktop", desktop],
  ["phone", phone],
] as const)
  test(
    `added, used and removed at ${size} width`,
    { timeout: 300_000 },
    async () => {
      const email = await newPerson();
      const context = await browser.newContext({ viewport });
      const page = await context.newPage();
      const faults = watch(page);
      const { cdp, authenticatorId } = await device(page);
      await firstStep(page, email);
      await page.locator(".frame").waitFor();
      await page.goto(`${base}/security`);
      await page.getByRole("heading", { name: "Second factor: off" }).waitFor();
      await add(page, "Laptop");
      await page.getByRole("list", { name: "Recovery codes" }).waitFor();
      await page.getByRole("button", { name: "I have kept them" }).click();
      await page.getByRole("heading", { name: "Second factor: on" }).waitFor();
      await page.getByText("Signing in asks for one of your passkeys").waitFor();
      await page.getByText("Laptop").first().waitFor();
      await check(page, "security with a passkey");

      // The same device says by itself that it has one.
      await add(page, "Laptop again");
      await page.getByText("This device has a passkey of yours already.").waitFor();
      await check(page, "adding a passkey");
      await page.keyboard.press("Escape");

      await context.clearCookies();
      await firstStep(page, email);
      await page.getByRole("heading", { name: "Passkey" }).waitFor();
      await check(page, "the second step by passkey");
      await cdp.send("WebAuthn.setUserVerified", {
        authenticatorId,
        isUserVerified: false,
      });
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.getByText("It was called off").waitFor({ timeout: 120_000 });
      await cdp.send("WebAuthn.setUserVerified", {
        authenticatorId,
        isUserVerified: true,
      });
      await page.getByRole("button", { name: "Use a recovery code" }).click();
      await page.getByRole("heading", { name: "Recovery code" }).waitFor();
      await page.getByRole("button", { name: "Use a passkey instead" }).click();
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.locator(".frame").waitFor();

      await page.goto(`${base}/security`);
      await page.getByRole("button", { name: "Remove Laptop" }).click();
      await page.getByLabel("Your password").fill(PASSWORD);
      await page
        .getByRole("button", { name: "Remove", exact: true })
        .last()
        .click();
      await page.getByRole("heading", { name: "Second factor: off" }).waitFor();
      await context.clearCookies();
      await firstStep(page, email);
      await page.locator(".frame").waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    },
  );

test("under an address the page says that passkeys need a name", async () => {
  for (const viewport of [desktop, phone]) {
    const { page, context } = await open(browser, "/security", { viewport });
    await page.getByText("Passkeys need a domain name").first().waitFor();
    assert.equal(
      await page.getByRole("button", { name: "Add passkey" }).isDisabled(),
      true,
    );
    await check(page, "security under an address");
    await context.close();
  }
});
