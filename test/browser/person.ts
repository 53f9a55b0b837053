import { createHmac } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { vi } from "vitest";
import { openPage, type Program } from "./program.ts";

export const ADMIN = { name: "Ada Lovelace", email: "ada@example.org", password: "barley-lantern-orbit-47" };
export const HOME = "/w/northfield-mills";

/** A person at a browser of their own. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Script errors and breaches of the content security policy so far. */
  readonly faults: readonly string[];
  /** Opens an address below the program's. */
  readonly open: (path: string) => Promise<void>;
  /** Waits for the page with this heading. */
  readonly sees: (heading: string | RegExp) => Promise<void>;
  /** Calls the API with the session of this browser. */
  readonly call: <T = Record<string, unknown>>(method: "GET" | "POST" | "PUT" | "PATCH", path: string, body?: unknown, version?: number) => Promise<T>;
}

export async function arrive(browser: Browser, program: Program): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "Europe/Zurich" });
  // Shorter than the limit of a test, so that a failure names the step.
  context.setDefaultTimeout(15_000);
  const { page, faults } = await openPage(context);
  return {
    context,
    page,
    faults,
    open: async (path) => void (await page.goto(`${program.url}${path}`)),
    sees: (name) => page.getByRole("heading", { level: 1, name }).waitFor(),
    call: async (method, path, body, version) => {
      const headers = { origin: program.url, ...(version === undefined ? {} : { "if-match": `"${version}"` }) };
      const answer = await context.request.fetch(`${program.url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { data: body }) });
      if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
      return answer.json();
    },
  };
}

/** The first administrator, signed in to a new installation. */
export async function setUp(browser: Browser, program: Program): Promise<Person> {
  const person = await arrive(browser, program);
  const token = new URL(program.setupLink).searchParams.get("token");
  await person.call("POST", "/auth/setup", { ...ADMIN, token, workspaceName: "Northfield Mills" });
  return person;
}

export async function signIn({ page, open }: Person, email: string, password: string): Promise<void> {
  await open("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The link in the newest mail to an address, as the administrator finds it in the local outbox once the mail is kept there. */
export async function mailedLink(admin: Person, to: string): Promise<string> {
  const look = async (): Promise<string> => {
    const { items } = await admin.call<{ items: { id: string; to: string }[] }>("GET", "/admin/outbox");
    const { text } = await admin.call<{ text: string | null }>("GET", `/admin/outbox/${items.find((item) => item.to === to)?.id ?? ""}`);
    const link = /https?:\S+/.exec(text ?? "")?.[0];
    if (link === undefined) throw new Error(`the mail to ${to} is not kept yet`);
    return link;
  };
  return vi.waitFor(look, { timeout: 10_000 });
}

/** Somebody with these roles and a password of their own, signed in. */
export async function colleague(browser: Browser, program: Program, admin: Person, who: { name: string; roles: readonly string[] }): Promise<Person> {
  const email = `${who.name.toLowerCase().replaceAll(" ", ".")}@example.org`;
  await admin.call("POST", "/users", { email, name: who.name, roles: who.roles });
  const token = new URL(await mailedLink(admin, email)).searchParams.get("token");
  const person = await arrive(browser, program);
  await person.call("POST", "/auth/reset-password", { token, newPassword: ADMIN.password });
  await person.call("POST", "/auth/login", { email, password: ADMIN.password });
  return person;
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** What an authenticator shows for a secret, as many periods of 30 s from now (RFC 6238). */
export function authenticatorCode(secret: string, periodsAhead = 0): string {
  const bits = [...secret.replace(/=+$/, "")].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periodsAhead));
  const digest = createHmac("sha1", key).update(counter).digest();
  const code = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, "0");
}
