import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
  const rows = Array.from({ length: 60 }, (_, index) => `${index},${["Bern", "Basel", "Chur"][index % 3]},${index}.50`);
  const content = Buffer.from(`id,city,price\n${rows.join("\n")}\n`);
  const headers = { origin: program.url };
  const multipart = { name: "Town orders", file: { name: "orders.csv", mimeType: "text/csv", buffer: content } };
  const answer = await admin.context.request.post(`${program.url}/api/v1/datasets?wait=true`, { headers, multipart });
  if (!answer.ok()) throw new Error(await answer.text());
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

describe("the SQL console", () => {
  it("completes names, runs with the keyboard, and shows rows and a chart", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/sql`);
    await admin.sees("SQL");
    await page.getByRole("button", { name: "Town orders", exact: true }).waitFor();
    const editor = page.getByRole("textbox", { name: "SQL query" });
    await editor.click();
    await page.keyboard.type("SELECT city, sum(price) AS total FROM tow");
    await page.getByRole("option", { name: /Town orders/ }).click();
    await page.keyboard.type(" GROUP BY city ORDER BY total");
    await page.keyboard.press("Escape");
    expect(await editor.textContent()).toContain('FROM "Town orders" GROUP BY city ORDER BY total');
    await page.keyboard.press("Control+Enter");
    const grid = page.getByRole("grid", { name: "Result" });
    await grid.getByRole("row", { name: /Bern 580\.00/ }).waitFor();
    await page.getByText("3 rows", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Chart", exact: true }).click();
    const table = page.getByRole("table", { name: "total by city" });
    await table.waitFor({ state: "attached" });
    expect(await table.getByRole("row").count()).toBe(4);
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await page.getByRole("list", { name: "Plan" }).getByText("Read Town orders").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("keeps text and result over a reload, and hands the result out as a file", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Results", exact: true }).click();
    await page.reload();
    await page.getByRole("grid", { name: "Result" }).getByRole("row", { name: /Chur/ }).waitFor();
    expect(await page.getByRole("textbox", { name: "SQL query" }).textContent()).toContain("GROUP BY city");
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "CSV", exact: true }).click()]);
    expect((await readFile(await file.path(), "utf8")).split("\r\n")[0]).toBe("city,total");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("makes a dataset of the rows, and lists what was downloaded", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Save as dataset" }).click();
    const dialog = page.getByRole("dialog", { name: "Save as dataset" });
    await dialog.getByLabel("Name of the dataset").fill("Town orders");
    await dialog.getByRole("button", { name: "Save rows" }).click();
    await dialog.getByText("There is a dataset of this name. Choose another.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByLabel("Name of the dataset").fill("Sales by town, stored");
    await dialog.getByRole("button", { name: "Save rows" }).click();
    await dialog.getByText("3 rows are in Sales by town, stored, version 1.").waitFor();
    await dialog.getByRole("link", { name: "Open the dataset" }).click();
    await admin.sees("Sales by town, stored");
    await page.getByRole("button", { name: "Loads", exact: true }).click();
    await page.getByText(/Rows of a SQL query over Town orders, version 1/).click();
    await page.getByText(/GROUP BY city/).waitFor();
    await admin.open(`${HOME}/downloads`);
    await admin.sees("Your downloads");
    await page
      .getByRole("table", { name: "Downloads" })
      .getByRole("row", { name: /GROUP BY city/ })
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await admin.open(`${HOME}/sql`);
    await page.getByRole("textbox", { name: "SQL query" }).waitFor();
  });

  it("saves the query, shares it and opens it again", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Sales by town");
    await dialog.getByLabel("Share it with the workspace").check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await admin.sees("Sales by town");
    await page.getByRole("button", { name: "New query" }).click();
    await admin.sees("SQL");
    await page.getByRole("button", { name: "Saved", exact: true }).click();
    await page.getByRole("button", { name: "Sales by town", exact: true }).click();
    await admin.sees("Sales by town");
    expect(await page.getByRole("textbox", { name: "SQL query" }).textContent()).toContain('FROM "Town orders"');
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("grid", { name: "Result" }).getByRole("row", { name: /Basel/ }).waitFor();
  });

  it("marks what is wrong where it is, and finds what was run in the history", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/sql?dataset=Town%20orders`);
    const editor = page.getByRole("textbox", { name: "SQL query" });
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("SELECT citty FROM ");
    await page.keyboard.type('"Town orders"');
    await page.keyboard.press("Control+Enter");
    await page.getByRole("alert").getByText("There is no column citty").waitFor();
    expect(await page.locator(".cm-lintRange-error").first().textContent()).toBe("citty");
    await page.getByRole("button", { name: "History", exact: true }).click();
    const list = page.getByRole("table", { name: "History" });
    await list.getByText("Failed", { exact: true }).first().waitFor();
    await list
      .getByRole("button", { name: /GROUP BY city/ })
      .first()
      .click();
    await page.getByRole("grid", { name: "Result" }).getByRole("row", { name: /Basel/ }).waitFor();
    expect(await editor.textContent()).toContain("GROUP BY city");
    expect(admin.faults).toEqual([]);
  });

  it("stops a query that does not end", async () => {
    const { page } = admin;
    const editor = page.getByRole("textbox", { name: "SQL query" });
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("status").getByText("Running").waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).first().click();
    await page.getByText("The query was stopped.").waitFor();
    await vi.waitFor(
      async () => {
        const { items } = await admin.call<{ items: { status: string }[] }>("GET", "/sql/history?limit=1");
        expect(items.map(({ status }) => status)).toEqual(["cancelled"]);
      },
      { timeout: 10_000 },
    );
  });
});
