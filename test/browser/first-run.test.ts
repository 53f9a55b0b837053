import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, openBrowser, openPage, type Program, startProgram } from "./program.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "barley-lantern-orbit-47";
const HOME = "/w/northfield-mills";
const PLACES = [
  "",
  "/datasets",
  "/import",
  "/people",
  "/groups",
  "/roles",
  "/api-keys",
  "/activity",
  "/jobs",
  "/settings",
  "/settings?tab=security",
  "/profile",
  "/profile?tab=preferences",
  "/outbox",
  "/nowhere",
];

let program: Program;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "granary-journey-"));
  program = await startProgram();
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "Europe/Zurich" });
  ({ page, faults } = await openPage(context));
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });

describe("the first five minutes", () => {
  it("leads a visitor of a new installation to the setup page, which needs the printed link", async () => {
    await page.goto(program.url);
    await heading("Set up Granary").waitFor();
    expect(new URL(page.url()).pathname).toBe("/setup");
    expect(await page.getByText("Open the link that the server printed").isVisible()).toBe(true);
  });

  it("shows every issue of an empty form at its field", async () => {
    await page.goto(program.setupLink);
    await page.getByRole("button", { name: "Create and sign in" }).click();
    await page.getByText("Must be an e-mail address").waitFor();
    expect(await page.getByText("Must not be empty").count()).toBeGreaterThanOrEqual(3);
    expect(await page.getByLabel("Your name").evaluate((field) => field === document.activeElement)).toBe(true);
  });

  it("creates the first administrator and opens home with what to do next", async () => {
    await page.getByLabel("Your name").fill("Ada Lovelace");
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Name of the first workspace").fill("Northfield Mills");
    await page.getByRole("button", { name: "Create and sign in" }).click();
    await heading(/, Ada$/).waitFor();
    expect(new URL(page.url()).pathname).toBe(HOME);
    await page.getByRole("region", { name: "First steps" }).getByRole("listitem").nth(4).waitFor();
    expect(await page.getByRole("region", { name: "First steps" }).getByRole("listitem").count()).toBe(5);
  });

  it("imports a CSV file and shows its rows exactly, and gives them back as a file", async () => {
    const file = join(directory, "Orders_2026.csv");
    await writeFile(file, `order_id,note\n${Array.from({ length: 500 }, (_, index) => `00${501 + index},"row ${index}, kept"`).join("\n")}\n`);
    await page.getByRole("link", { name: "Import a file" }).click();
    await page.getByRole("heading", { level: 1, name: "Import" }).waitFor();
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByRole("region", { name: "Preview" }).waitFor();
    expect(await page.getByLabel("Name of the dataset").inputValue()).toBe("Orders 2026");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("link", { name: "Open the dataset" }).click({ timeout: 60_000 });
    await heading("Orders 2026").waitFor();
    const grid = page.getByRole("grid", { name: "Rows of Orders 2026" });
    await grid.getByRole("gridcell", { name: "00501" }).waitFor({ timeout: 60_000 });
    expect(await grid.getAttribute("aria-rowcount")).toBe("501");
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await grid.getByRole("gridcell", { name: "00750" }).first().waitFor();
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save file" }).click()]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
  });

  it("creates an API key whose secret is shown once", async () => {
    await page.goto(`${program.url}${HOME}/api-keys?create=1`);
    await page.getByLabel("Name", { exact: true }).fill("Nightly load");
    await page.getByRole("button", { name: "Create the key" }).click();
    expect(await page.getByLabel("Secret").inputValue()).toMatch(/^grk_/);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("rowheader", { name: /Nightly load/ }).waitFor();
  });

  it("reaches every place by keyboard: palette, shortcuts, help", async () => {
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Search or go to…").fill("activ");
    await page.keyboard.press("Enter");
    await heading("Activity").waitFor();
    await page.getByPlaceholder("Search or go to…").waitFor({ state: "hidden" });
    await page.getByText("Ada Lovelace created the API key Nightly load").first().waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await heading("People").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor({ state: "hidden" });
    expect(new URL(page.url()).pathname).toBe(`${HOME}/people`);
  });

  it("changes the theme at once and keeps it over a reload", async () => {
    await page.goto(`${program.url}${HOME}/profile?tab=preferences`);
    await page.getByText("Dark", { exact: true }).click();
    await page.locator("html[data-mantine-color-scheme=dark]").waitFor();
    await page.waitForLoadState("networkidle");
    await page.reload();
    await heading("Ada Lovelace").waitFor();
    expect(await page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("dark");
    await page.getByText("As the system", { exact: true }).click();
    await page.locator("html[data-mantine-color-scheme=light]").waitFor();
    await page.waitForLoadState("networkidle");
  });

  it("signs out from the menu and comes back to the same place after signing in", async () => {
    await page.getByRole("button", { name: "Account of Ada Lovelace" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await heading("Sign in").waitFor();
    await page.goto(`${program.url}${HOME}/roles`);
    await heading("Sign in").waitFor();
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill("not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await heading("Roles").waitFor();
    expect(new URL(page.url()).pathname).toBe(`${HOME}/roles`);
  });

  it("runs without script errors and without a breach of the content security policy", () => {
    expect(faults).toEqual([]);
  });
});

const LOOKS = [
  { colorScheme: "light", contrast: "no-preference" },
  { colorScheme: "dark", contrast: "no-preference" },
  { colorScheme: "light", contrast: "more" },
  { colorScheme: "dark", contrast: "more" },
] as const;

describe("every place", () => {
  it("meets WCAG 2.1 AA and fits a phone, light and dark, with ordinary and with more contrast", async () => {
    const storageState = await context.storageState();
    const state = { ...storageState, origins: [] };
    await using own = await browser.newContext({ viewport: { width: 390, height: 844 }, storageState: state, reducedMotion: "reduce", bypassCSP: true });
    const { page: small } = await openPage(own);
    const found: string[] = [];
    for (const place of PLACES) {
      await small.goto(`${program.url}${HOME}${place}`);
      await small.getByRole("heading", { level: 1 }).waitFor();
      await small.waitForLoadState("networkidle");
      const wide = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) found.push(`${place} is ${wide} px too wide`);
      for (const [index, look] of LOOKS.entries()) {
        await small.emulateMedia(look);
        const shown = `html[data-mantine-color-scheme=${look.colorScheme}][data-contrast=${look.contrast === "more" ? "high" : "normal"}]`;
        await small.locator(shown).waitFor({ state: "attached" });
        // What a page says and how it is built is the same in every look.
        const faults = await accessibilityFaults(small, index === 0 ? "everything" : "colours");
        found.push(...faults.map((fault) => `${place} ${look.colorScheme} ${look.contrast} ${fault}`));
      }
    }
    expect(found).toEqual([]);
  });
});
