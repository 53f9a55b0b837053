import type { Pipeline } from "@granary/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
  const rows = Array.from({ length: 60 }, (_, index) => `${index},${["Bern", "Basel", "Chur"][index % 3]},${index}.50,${index % 2 === 0 ? "paid" : "open"}`);
  const content = Buffer.from(`id,city,price,status\n${rows.join("\n")}\n`);
  const headers = { origin: program.url };
  const multipart = { name: "Town orders", file: { name: "orders.csv", mimeType: "text/csv", buffer: content } };
  const answer = await admin.context.request.post(`${program.url}/api/v1/datasets?wait=true`, { headers, multipart });
  if (!answer.ok()) throw new Error(await answer.text());
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

const paletteOf = (page: Page) => page.getByRole("region", { name: "Nodes to add" });
const settingsOf = (page: Page) => page.getByRole("complementary", { name: "Settings of the node" });
const nodeNamed = (page: Page, name: string | RegExp) => page.getByRole("group", { name });
const saved = async (): Promise<Pipeline> => {
  const { items } = await admin.call<{ items: Pipeline[] }>("GET", "/pipelines");
  return admin.call<Pipeline>("GET", `/pipelines/${items.find(({ name }) => name === "Paid orders")?.id ?? ""}`);
};

describe("the pipeline builder", () => {
  it("draws a pipeline from a dataset into another, shows samples on the way, saves and runs it", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/pipelines/new`);
    await page.getByText("Where do the rows come from?").waitFor();
    await page.getByLabel("Name of the pipeline").fill("Paid orders");
    await page.getByRole("button", { name: "A dataset", exact: true }).click();
    await settingsOf(page).getByLabel("Dataset", { exact: true }).click();
    await page.getByRole("option", { name: "Town orders" }).click();
    await nodeNamed(page, "Dataset 'Town orders', 0 inputs, 1 output, 1 fault").waitFor();

    await paletteOf(page).getByRole("button", { name: "Filter" }).click();
    await settingsOf(page).getByRole("textbox", { name: "Rows that stay" }).click();
    await page.keyboard.type("statuss = 'paid'");
    await settingsOf(page).getByText("There is no column statuss. Did you mean status?").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("status = 'paid'");
    await page.keyboard.press("Escape");

    await paletteOf(page).getByLabel("Search nodes").fill("formula");
    await page.keyboard.press("Enter");
    await settingsOf(page).getByLabel("Name of column 1").fill("with_tax");
    await settingsOf(page).getByRole("textbox", { name: "Expression of with_tax" }).click();
    await page.keyboard.type("price * 1.08");
    await page.keyboard.press("Escape");
    const sample = page.getByRole("grid", { name: "Sample" });
    await sample.getByRole("columnheader", { name: /with_tax/ }).waitFor();
    await sample.getByRole("row", { name: /Bern/ }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await paletteOf(page).getByRole("button", { name: "Into a dataset" }).click();
    await settingsOf(page).getByLabel("Dataset", { exact: true }).fill("Paid town orders");
    await settingsOf(page)
      .getByRole("img", { name: /two new ones alone/ })
      .waitFor();
    await page.getByRole("button", { name: "Faults" }).click();
    await page.getByText("No faults: the pipeline can run.").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForURL(/\/pipelines\/pip_[^/]+\/edit$/);
    await page.getByText("Version 1", { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL(/\/runs\/run_/);
    await page.getByText("Succeeded", { exact: true }).first().waitFor();
    await admin.open(`${HOME}/datasets`);
    await page.getByRole("link", { name: "Paid town orders" }).first().click();
    await admin.sees("Paid town orders");
    await page.getByRole("grid").getByRole("row", { name: /Bern/ }).first().waitFor();
    expect(admin.faults).toEqual([]);
  });

  it("is used with the keyboard alone", async () => {
    const { page } = admin;
    const { id } = await saved();
    await admin.open(`${HOME}/pipelines/${id}/edit`);
    await nodeNamed(page, /^Dataset 'Town orders'/).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toMatch(/^Filter/);
    await page.keyboard.press("Enter");
    await settingsOf(page).getByRole("heading", { name: "Filter" }).waitFor();
    await nodeNamed(page, /^Filter/).focus();
    await page.keyboard.press("Control+d");
    await page.getByText("Unsaved changes").waitFor();
    await nodeNamed(page, /^Dataset 'Town orders'/).focus();
    await page.keyboard.press("c");
    await page.getByRole("dialog", { name: /Connect Town orders to/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await page.getByText("Version 1", { exact: true }).waitFor();
  });

  it("keeps what is not saved over a reload, and merges what others saved meanwhile", async () => {
    const { page } = admin;
    const { id, document } = await saved();
    await admin.open(`${HOME}/pipelines/${id}/edit`);
    await page.getByLabel("Name of the pipeline").fill("Paid orders, checked");
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("granary.pipeline.")));
    page.once("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText(/Your changes of/).waitFor();
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    const theirs = { ...document, description: "Of the towns" };
    await admin.call("PUT", `/pipelines/${id}`, { document: theirs, base: 1 });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Version 3", { exact: true }).waitFor();
    expect((await admin.call<Pipeline>("GET", `/pipelines/${id}`)).document).toMatchObject({ name: "Paid orders, checked", description: "Of the towns" });
  });

  it("shows both sides where two people changed the same node", async () => {
    const { page } = admin;
    const { items } = await admin.call<{ items: Pipeline[] }>("GET", "/pipelines");
    const { id, document } = await admin.call<Pipeline>("GET", `/pipelines/${items[0]?.id ?? ""}`);
    await admin.open(`${HOME}/pipelines/${id}/edit`);
    await nodeNamed(page, /^Filter/).click();
    await settingsOf(page).getByRole("textbox", { name: "Rows that stay" }).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("price > 10");
    const nodes = document.nodes.map((node) => (node.kind === "filter" ? { ...node, settings: { condition: "price > 20" } } : node));
    await admin.call("PUT", `/pipelines/${id}`, { document: { ...document, nodes }, base: 3 });
    await page.keyboard.press("Control+s");
    const dialog = page.getByRole("dialog", { name: "Somebody else changed the same parts" });
    await dialog.getByText("price > 20").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save this" }).click();
    await page.getByText("Version 5", { exact: true }).waitFor();
    const now = await admin.call<Pipeline>("GET", `/pipelines/${id}`);
    expect(now.document.nodes.find(({ kind }) => kind === "filter")?.settings).toEqual({ condition: "price > 10" });
  });

  it("reads as a list on a phone", async () => {
    const { page } = admin;
    const { items } = await admin.call<{ items: Pipeline[] }>("GET", "/pipelines");
    await page.setViewportSize({ width: 390, height: 844 });
    await admin.open(`${HOME}/pipelines/${items[0]?.id ?? ""}/edit`);
    await page.getByText(/Building needs a desk/).waitFor();
    await page
      .getByRole("list", { name: "Nodes" })
      .getByRole("button", { name: /Filter/ })
      .click();
    await page.getByRole("grid", { name: "Sample" }).getByRole("row", { name: /Bern/ }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(admin.faults).toEqual([]);
  });
});
