import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { colleague, HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;
let dataset: string;

const STOCK = "sku,name,zip,price\nA-1,Lamp,01005,10\nA-2,Chair,01006,20\nA-3,Desk,01007,30\nA-4,Shelf,01008,40\n";

/** Sends a file in one part and answers its upload. */
async function upload(content: string): Promise<string> {
  const data = Buffer.from(content);
  const { id } = await admin.call<{ id: string }>("POST", "/uploads", { fileName: "stock.csv", bytes: data.length });
  const headers = { origin: program.url, "content-type": "application/octet-stream" };
  const sent = await admin.context.request.fetch(`${program.url}/api/v1/uploads/${id}?offset=0`, { method: "PATCH", headers, data });
  expect(sent.ok()).toBe(true);
  return id;
}

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
  const made = await admin.call<{ dataset: { id: string } }>("POST", "/datasets?wait=true", {
    name: "Stock",
    visibility: "workspace",
    uploadId: await upload(STOCK),
  });
  dataset = made.dataset.id;
  await admin.call("PATCH", `/datasets/${dataset}/schema`, { changes: [{ kind: "keys", columns: ["sku"] }], reason: "numbers" }, 1);
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

/** Downloads the dataset as a person does, and answers the file's name and text. */
async function downloaded(page: Page): Promise<{ readonly name: string; readonly text: string }> {
  await page.getByRole("button", { name: "Download", exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save file" }).click()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
  return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
}

it("takes an edited download through review by somebody else into a new version", async () => {
  const mei = await colleague(browser, program, admin, { name: "Mei Tanaka", roles: ["data_engineer"] });
  const { page } = mei;
  await mei.open(`${HOME}/datasets/${dataset}`);
  const file = await downloaded(page);
  await page.getByRole("button", { name: "Propose changes" }).click();
  await page.getByRole("menuitem", { name: "Propose an edited file" }).click();
  await mei.sees("Propose changes");
  // A spreadsheet takes the zeros, which nobody meant.
  const edited = file.text
    .replaceAll(",010", ",10")
    .replace("Chair", "Armchair")
    .replace(/(A-3.*),30/, "$1,33");
  await page.locator('input[type="file"]').setInputFiles({ name: file.name, mimeType: "text/csv", buffer: Buffer.from(edited) });
  await page.getByText(/Edited from version 2, downloaded/).waitFor();
  await page.getByLabel("Title").fill("Armchairs, and a dearer desk");
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await mei.sees("#1 Armchairs, and a dearer desk");
  const changed = page.getByRole("grid", { name: "Changed rows" });
  await changed.getByRole("gridcell", { name: /leading zeros lost.*01005 is kept/ }).waitFor();
  expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
  expect(await accessibilityFaults(page)).toEqual([]);

  const reader = admin.page;
  await admin.open(HOME);
  await reader
    .getByRole("list", { name: "Change requests that wait for you" })
    .getByRole("link", { name: /Armchairs/ })
    .click();
  await admin.sees("#1 Armchairs, and a dearer desk");
  await reader.getByRole("button", { name: /modified 2/ }).click();
  const grid = reader.getByRole("grid", { name: "Changed rows" });
  await grid.getByText("Armchair", { exact: true }).waitFor();
  await grid.focus();
  await reader.keyboard.press("n");
  await reader.keyboard.press("c");
  const row = reader.getByRole("dialog", { name: "Row A-2" });
  await row.getByRole("textbox").fill("With arms, really?");
  await row.getByRole("button", { name: "Comment", exact: true }).click();
  await row.getByText("With arms, really?", { exact: true }).and(row.locator("p")).waitFor();
  await reader.keyboard.press("Escape");
  await row.waitFor({ state: "detached" });
  await reader.getByRole("button", { name: "Approve" }).click();
  await reader.getByRole("dialog", { name: "Approve #1" }).getByRole("button", { name: "Approve" }).click();
  await reader.getByRole("button", { name: "Merge", exact: true }).and(reader.locator(":enabled")).click();
  await reader.getByRole("dialog", { name: "Merge #1" }).getByRole("button", { name: "Merge" }).click();
  await reader.getByRole("link", { name: "version 3" }).click();
  const rows = reader.getByRole("grid", { name: "Rows of Stock" });
  await rows.getByRole("row", { name: /A-2 Armchair 01006 20/ }).waitFor();
  await rows.getByRole("row", { name: /A-3 Desk 01007 33/ }).waitFor();
  await rows.getByRole("gridcell", { name: "Armchair" }).dblclick();
  await reader.getByRole("button", { name: "Who set this, and when" }).click();
  await reader
    .getByRole("dialog")
    .getByRole("link", { name: /#1 Armchairs/ })
    .waitFor();
  expect([...mei.faults, ...admin.faults]).toEqual([]);
});

it("edits rows in the grid, finds them again after a reload, and proposes them", async () => {
  const { page } = admin;
  await admin.open(`${HOME}/datasets/${dataset}`);
  await page.getByRole("button", { name: "Propose changes" }).click();
  await page.getByRole("menuitem", { name: "Edit rows here" }).click();
  const grid = page.getByRole("grid", { name: "Rows of Stock, edited" });
  await grid.getByRole("gridcell", { name: "Lamp" }).dblclick();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Lantern");
  await page.keyboard.press("Enter");
  await grid.getByRole("gridcell", { name: "Lantern" }).waitFor();
  await page.getByRole("button", { name: "Add a row" }).click();
  await page.keyboard.type("A-9");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Stool");
  await page.keyboard.press("Enter");
  await grid.getByRole("row", { name: /A-9 Stool/ }).waitFor();
  await grid.getByRole("gridcell", { name: "Shelf" }).click();
  await page.getByRole("button", { name: "Delete the row" }).click();
  await page.keyboard.press("Control+z");
  await page.getByText("2 rows edited, kept as your draft").waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.reload();
  await page.getByText("2 rows edited, kept as your draft").waitFor();
  await grid.getByRole("gridcell", { name: "Lantern" }).waitFor();
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  const question = page.getByRole("dialog", { name: "Propose the edits" });
  await question.getByLabel("Title").fill("Lanterns and stools");
  await question.getByRole("button", { name: "Propose", exact: true }).click();
  await admin.sees(/#\d+ Lanterns and stools/);
  const changed = page.getByRole("grid", { name: "Changed rows" });
  await changed.getByText("Lantern", { exact: true }).waitFor();
  await changed.getByText("Stool", { exact: true }).waitFor();
  expect(admin.faults).toEqual([]);
});
