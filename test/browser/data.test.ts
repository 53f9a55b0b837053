import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, type Program, startProgram } from "./program.ts";

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

async function openFile(name: string, content: string): Promise<void> {
  const file = join(directory, name);
  await writeFile(file, content);
  await admin.open(`${HOME}/import`);
  await admin.page.locator("input[type=file]").setInputFiles(file);
}

async function importFile(name: string, content: string): Promise<void> {
  await openFile(name, content);
  const { page } = admin;
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("link", { name: "Open the dataset" }).click({ timeout: 60_000 });
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
    await row.getByRole("button", { name: "Show rejected of Ragged.csv" }).click();
    const rejects = page.getByRole("grid", { name: "Rejected records" }).getByRole("row", { name: /61,too,many/ });
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

describe("reading rows", () => {
  const cities = ["Bern", "Basel", "Chur"];
  const long = "a long story, told twice; ".repeat(40);
  const orders = Array.from({ length: 400 }, (_, index) => `${String(index).padStart(5, "0")},${cities[index % 3]},${index}.50,"${index === 7 ? long : ""}"`);

  it("filters, sorts and searches, says so in the address, and shows it again after a reload", async () => {
    await importFile("Orders.csv", `id,city,price,story\n${orders.join("\n")}\n`);
    const { page } = admin;
    const grid = page.getByRole("grid", { name: "Rows of Orders" });
    await grid.getByRole("row", { name: /00003/ }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    const editor = page.getByRole("dialog");
    await editor.getByRole("combobox", { name: "Column" }).click();
    await page.getByRole("option", { name: "city" }).click();
    await editor.getByLabel("Value").fill("chur");
    await editor.getByRole("button", { name: "Add filter" }).click();
    await page.getByText("133 of 400 rows").waitFor();
    await grid.getByRole("button", { name: "price", exact: true }).click();
    await grid.locator("[aria-sort=ascending]").waitFor();
    await grid.getByRole("button", { name: "price", exact: true }).click();
    await grid.locator("[aria-sort=descending]").waitFor();
    const top = grid.getByRole("row", { name: /00398 Chur 398\.50/ });
    await top.waitFor();
    await page.reload();
    await top.waitFor();
    expect(await top.getAttribute("aria-rowindex")).toBe("2");
    await page.getByText("city contains “chur”").waitFor();
    await page.getByRole("button", { name: /^Remove the filter city/ }).click();
    await page.getByText("400 rows", { exact: true }).first().waitFor();
  });

  it("opens a cell by keyboard with its whole text, at an address of its own", async () => {
    const { page } = admin;
    const grid = page.getByRole("grid", { name: "Rows of Orders" });
    await page.getByRole("searchbox").fill("told twice");
    await page.getByText("1 of 400 rows").waitFor();
    await grid.focus();
    for (const key of ["Control+Home", "End", "Enter"]) await page.keyboard.press(key);
    const cell = page.getByRole("region", { name: "Cell story" });
    await cell.waitFor();
    expect(await cell.locator("pre").textContent()).toBe(long);
    await page.reload();
    await cell.waitFor();
    await page.keyboard.press("Escape");
    await cell.waitFor({ state: "detached" });
  });

  it("saves what is shown under a name that carries the download's id", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save file" }).click()]);
    expect(file.suggestedFilename()).toMatch(/^Orders-v1-dow_\w+\.csv$/);
    const lines = (await readFile(await file.path(), "utf8")).trim().split(/\r?\n/);
    expect([lines[0], lines.length]).toEqual(["id,city,price,story", 2]);
    expect(lines[1]).toContain("told twice");
  });

  it("describes the columns, and a bar leads to the rows it stands for", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Analytics" }).click();
    await page.getByRole("article", { name: "price" }).getByRole("group", { name: "Distribution of price" }).waitFor();
    const completeness = page.getByRole("list", { name: "Completeness of columns" }).getByRole("listitem");
    expect(await completeness.allTextContents()).toEqual(["id 100% filled", "city 100% filled", "price 100% filled", "story 100% filled"]);
    await page.getByRole("button", { name: "empty text 399 rows. Show these rows" }).waitFor();
    await page.reload();
    const chur = page.getByRole("article", { name: "city" }).getByRole("button", { name: /^Chur 133 rows/ });
    await chur.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await chur.click();
    await page.getByText("133 of 400 rows").waitFor();
    await page.getByText("city is “Chur”").waitFor();
  });
});

describe("an import that fails", () => {
  it("is refused before anything is stored where the file is no table", async () => {
    await openFile("Broken.csv", "\u0000\u0001\u0002\u0000\u0000PK\u0003\u0004".repeat(400));
    const said = admin.page.getByRole("main").getByRole("alert");
    await said.waitFor();
    expect(await said.textContent()).toContain("neither text nor of a known kind");
    expect(await admin.page.getByRole("button", { name: "Import", exact: true }).count()).toBe(0);
  });

  it("gives the reason at once, on the dataset and beside the load", async () => {
    await openFile("Limited.csv", "number,note\n1,kept\n2,too,many\n");
    const { page } = admin;
    await page.getByLabel("Stop the import").selectOption({ label: "Beyond so many rejected records" });
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: "Limited.csv was not imported" }).waitFor({ timeout: 60_000 });
    const reason = (await page.getByRole("main").getByRole("alert").textContent())?.trim() ?? "";
    expect(reason).toContain("Nothing was loaded");
    const { id } = await admin.call<{ id: string }>("GET", "/datasets/Limited");
    await admin.open(`${HOME}/datasets/${id}`);
    await page.getByRole("main").getByRole("alert").getByText(reason).waitFor();
    await page.getByRole("button", { name: "Loads" }).click();
    const row = page.getByRole("row", { name: /Limited\.csv/ });
    await row.getByText("Failed", { exact: true }).waitFor();
    await row.getByText(reason).waitFor();
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
