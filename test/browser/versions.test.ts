import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

/** Sends a file in one part and answers its upload. */
async function upload(content: string): Promise<string> {
  const data = Buffer.from(content);
  const { id } = await admin.call<{ id: string }>("POST", "/uploads", { fileName: "stock.csv", bytes: data.length });
  const headers = { origin: program.url, "content-type": "application/octet-stream" };
  const sent = await admin.context.request.fetch(`${program.url}/api/v1/uploads/${id}?offset=0`, { method: "PATCH", headers, data });
  expect(sent.ok()).toBe(true);
  return id;
}

it("keys a column, loads by it, names a version, opens the old one and restores it", async () => {
  const { page } = admin;
  const { dataset } = await admin.call<{ dataset: { id: string } }>("POST", "/datasets?wait=true", {
    name: "Stock",
    uploadId: await upload("sku,name\nA-1,Lamp\nA-2,Chair\n"),
  });
  await admin.open(`${HOME}/datasets/${dataset.id}?tab=columns`);
  await page.getByRole("button", { name: "Edit columns" }).click();
  await page.getByLabel("Name of name").fill("title");
  await page.getByRole("group", { name: "Rules of sku" }).getByLabel("Key").check();
  await page.getByRole("button", { name: "Review changes" }).click();
  const review = page.getByRole("dialog", { name: "Change columns" });
  await review.getByText("name is called title").waitFor();
  await review.getByText("Rows are identified by sku").waitFor();
  await review.getByLabel("Why").fill("tidied up");
  await review.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByText("Rows are identified by sku.", { exact: true }).waitFor();

  const uploadId = await upload("sku,title\nA-2,Stool\nA-3,Desk\n");
  const loaded = await admin.call<{ batch: { matched: unknown } }>("POST", `/datasets/${dataset.id}/batches?wait=true`, { uploadId, mode: "upsert" });
  expect(loaded.batch.matched).toEqual({ added: 1, updated: 1, unchanged: 0 });

  await page.getByRole("button", { name: "Versions" }).click();
  const versions = page.getByRole("list", { name: "Versions" });
  await versions.getByText("“tidied up”").waitFor();
  await page.getByRole("button", { name: "Name version 1" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("as delivered");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await versions.getByText("as delivered").waitFor();
  // Without the messages, which are pale while they go.
  await page.reload();
  await versions.getByText("as delivered").waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByLabel("Compare version 1").check();
  await page.getByLabel("Compare version 3").check();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("region", { name: "Changed rows" }).getByText("Stool").waitFor();
  await page.getByText("name is called title").waitFor();
  expect(new URL(page.url()).searchParams.get("compare")).toBe("1..3");
  await page.getByRole("button", { name: "Back to all versions" }).click();

  await page.getByRole("button", { name: "Open version 1" }).click();
  await page.getByText("You look at version 1, “as delivered” of Stock").waitFor();
  const grid = page.getByRole("grid", { name: "Rows of Stock" });
  await grid.getByRole("row", { name: /A-2 Chair/ }).waitFor();
  await grid.getByRole("button", { name: "name", exact: true }).waitFor();
  await page.reload();
  await page.getByText("You look at version 1").waitFor();

  await page.getByRole("button", { name: "Restore", exact: true }).click();
  const question = page.getByRole("dialog", { name: "Restore version 1" });
  await question.getByLabel("Why").fill("wrong delivery");
  await question.getByRole("button", { name: "Restore" }).click();
  await page.getByText("Version 1 is back as version 4").waitFor();
  await page.getByText("You look at version 1").waitFor({ state: "detached" });
  await grid.getByRole("row", { name: /A-2 Chair/ }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Version 3 is back").waitFor();
  await grid.getByRole("row", { name: /A-2 Stool/ }).waitFor();
  await grid.getByRole("gridcell", { name: "Stool" }).dblclick();
  await page.waitForURL(/row=/);
  expect(JSON.parse(new URL(page.url()).searchParams.get("row") ?? "")).toBe('["A-2"]');
  await page.reload();
  await page.getByRole("dialog", { name: "Row A-2" }).getByText("Stool").first().waitFor();
  expect(admin.faults).toEqual([]);
});
