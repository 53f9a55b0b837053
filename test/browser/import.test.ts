import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

const SAMPLE = fileURLToPath(new URL("../../samples/auftraege.csv", import.meta.url));

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

/** Drops a file of the samples on the place for files. */
async function drop(path: string, name: string): Promise<void> {
  const { page } = admin;
  const bytes = (await readFile(path)).toString("base64");
  const data = await page.evaluateHandle(
    ([text, fileName]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], fileName));
      return transfer;
    },
    [bytes, name] as const,
  );
  await page.getByRole("region", { name: "Choose files" }).dispatchEvent("drop", { dataTransfer: data });
}

describe("a messy file that is dropped", () => {
  it("is shown as it is and as it is read, is corrected, imported, and repaired where it did not fit", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/import`);
    await admin.sees("Import");
    await drop(SAMPLE, "auftraege.csv");
    await page.getByRole("heading", { level: 2, name: "auftraege.csv" }).waitFor();
    await page.getByRole("region", { name: "First lines of the file" }).waitFor();
    expect(await page.getByLabel("Encoding").inputValue()).toBe("windows-1252");
    expect(await page.getByLabel("Between values").inputValue()).toBe(";");

    await page.getByLabel("Type of Rabatt").selectOption({ label: "Integer" });
    await page.getByRole("region", { name: "Records that do not fit" }).waitFor();
    await page.getByLabel("Name of Kunde").fill("Customer");
    await page.getByLabel("Load Bemerkung", { exact: true }).uncheck();
    await page.getByLabel("Name of the dataset").fill("German orders");
    await page.getByRole("button", { name: "Import", exact: true }).click();

    await page.getByRole("heading", { name: "auftraege.csv is in German orders" }).waitFor({ timeout: 60_000 });
    const rejected = Number(await page.locator("dd[data-some]").textContent());
    expect(rejected).toBeGreaterThan(0);
    await page.getByRole("link", { name: "See and repair what was rejected" }).click();

    const rejects = page.getByRole("grid", { name: "Rejected records" });
    await rejects
      .getByRole("row", { name: /Rabatt/ })
      .first()
      .dblclick();
    const record = page.getByRole("region", { name: "The record that is open" });
    await record.getByLabel("Rabatt").fill("3");
    await record.getByRole("button", { name: "Save the repair" }).click();
    await page.getByText("1 record is repaired and not loaded yet.").waitFor();
    await page.getByRole("button", { name: "Load it" }).click();
    await page.getByText("1 repaired record loaded").waitFor({ timeout: 60_000 });

    const { columns, rows } = await admin.call<{ columns: { name: string }[]; rows: number }>("GET", "/datasets/German%20orders");
    expect(columns.map(({ name }) => name)).toEqual(["Auftrag", "Customer", "Datum", "Betrag", "Rabatt"]);
    expect(rows).toBe(40 - rejected + 1);
    expect(admin.faults).toEqual([]);
  });

  it("is loaded into a dataset that is there, with its columns mapped", async () => {
    const { page } = admin;
    const { id } = await admin.call<{ id: string }>("GET", "/datasets/German%20orders");
    await admin.open(`${HOME}/datasets/${id}`);
    await page.getByRole("link", { name: "Load more rows" }).click();
    await admin.sees("Load more rows");
    await drop(SAMPLE, "auftraege.csv");
    await page.getByText("This very file was loaded into").waitFor();
    await page.getByText("The dataset does not have Kunde, Bemerkung").waitFor();
    await page.getByLabel("They are other names for columns it has").check();
    await page.getByLabel("Kunde", { exact: true }).selectOption({ label: "Customer" });
    await page.getByLabel("Bemerkung", { exact: true }).selectOption({ label: "Leave it out" });
    await page.getByLabel("Type of Rabatt").selectOption({ label: "Integer" });
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: "auftraege.csv is in German orders" }).waitFor({ timeout: 60_000 });
    const { items } = await admin.call<{ items: { status: string; mode: string }[] }>("GET", `/datasets/${id}/batches`);
    expect(items[0]).toMatchObject({ status: "loaded", mode: "append" });
  });
});
