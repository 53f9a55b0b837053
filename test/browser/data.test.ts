import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

const GOOD_ROWS = 60;

let program: Program;
let browser: Browser;
let admin: Person;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "granary-data-"));
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function importFile(name: string, content: string): Promise<void> {
  const file = join(directory, name);
  await writeFile(file, content);
  const { page } = admin;
  await admin.open(`${HOME}/datasets?import=1`);
  await page.getByRole("dialog").locator("input[type=file]").setInputFiles(file);
  await page.getByRole("dialog").getByRole("button", { name: "Import", exact: true }).click();
}

describe("an import with a record that does not fit", () => {
  it("says how many were loaded and rejected, and shows each with line, reason and text", async () => {
    const rows = Array.from({ length: GOOD_ROWS }, (_, index) => `${index},kept`);
    await importFile("Ragged.csv", `number,note\n${rows.join("\n")}\n61,too,many\n`);
    const { page } = admin;
    await admin.sees("Ragged");
    await page.getByRole("grid", { name: "Rows of Ragged" }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Loads" }).click();
    const row = page.getByRole("row", { name: /Ragged\.csv/ });
    await row.getByText("60 loaded, 1 rejected").waitFor();
    await row.getByRole("button", { name: "Show what was rejected of Ragged.csv" }).click();
    const rejects = page.getByRole("dialog", { name: "Rejected records" }).getByRole("row", { name: /61,too,many/ });
    await rejects.waitFor();
    expect(await rejects.getByRole("rowheader").textContent()).toBe("62");
    expect(new URL(page.url()).searchParams.get("rejects")).toMatch(/^bat/);
    await page.reload();
    await rejects.waitFor();
  });

  it("leaves a job with what it did and said", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/jobs`);
    await page
      .getByRole("row", { name: /Import/ })
      .first()
      .getByRole("link")
      .click();
    await admin.sees(/Import/);
    await page.getByText("Done", { exact: true }).waitFor();
    await page.getByRole("list", { name: "Log" }).waitFor();
    expect(await page.getByRole("list", { name: "Log" }).getByRole("listitem").count()).toBeGreaterThan(0);
  });
});

describe("an import that fails", () => {
  it("gives the reason on the dataset and beside the load", async () => {
    await importFile("Broken.csv", "\u0000\u0001\u0002\u0000\u0000PK\u0003\u0004".repeat(400));
    const { page } = admin;
    await admin.sees("Broken");
    const said = page.getByRole("main").getByRole("alert");
    await said.waitFor({ timeout: 60_000 });
    const reason = ((await said.textContent()) ?? "").trim();
    await page.getByRole("button", { name: "Loads" }).click();
    const row = page.getByRole("row", { name: /Broken\.csv/ });
    await row.getByText("Failed", { exact: true }).waitFor();
    await row.getByText(reason).waitFor();
    expect(reason.length).toBeGreaterThan(10);
  });
});

describe("a server that dies", () => {
  it("is noticed by the page, which connects again and shows what changed meanwhile", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/groups`);
    await admin.sees("Groups");
    await page.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
    await program.kill();
    await page.getByText("Reconnecting").waitFor();
    await program.startAgain();
    await admin.call("POST", "/groups", { name: "Made meanwhile", description: "", roles: [] });
    await page.getByRole("link", { name: "Made meanwhile" }).waitFor({ timeout: 40_000 });
    await page.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
    expect(await page.getByText("Reconnecting").count()).toBe(0);
    expect(admin.faults).toEqual([]);
  });
});
