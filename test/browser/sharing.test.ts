import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { colleague, HOME, type Person, setUp } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

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

async function create(fields: Readonly<Record<string, string>>, content: string): Promise<string> {
  const answer = await admin.context.request.post(`${program.url}/api/v1/datasets?wait=true`, {
    headers: { origin: program.url },
    multipart: { ...fields, file: { name: "data.csv", mimeType: "text/csv", buffer: Buffer.from(content) } },
  });
  const { dataset } = (await answer.json()) as { dataset: { id: string } };
  return dataset.id;
}

describe("a dataset that is found by a mistyped column and shared", () => {
  it("is seen by the colleague it was shared with, and not before", async () => {
    const grace = await colleague(browser, program, admin, { name: "Grace Hopper", roles: ["viewer"] });
    await create({ name: "Shop orders", tags: "sales" }, "order_no,customerEmail\n1,a@example.org\n");
    await create({ name: "Weather" }, "station,temperature\n1,2\n");
    await grace.open(`${HOME}/datasets`);
    await grace.page.getByText("No dataset yet").waitFor();

    const { page } = admin;
    await admin.open(`${HOME}/datasets`);
    await page.getByRole("link", { name: "Weather" }).waitFor();
    await page.getByRole("searchbox", { name: /Search names/ }).fill("emial");
    await page.getByText("Nothing has “emial”; this is spelled like it.").waitFor();
    expect(await page.getByRole("list", { name: "Datasets" }).getByRole("heading").allTextContents()).toEqual(["Shop orders"]);
    await page.getByText("column customerEmail").waitFor();
    await page.getByRole("link", { name: "Shop orders" }).click();
    await admin.sees("Shop orders");
    await page.getByRole("button", { name: "Sharing", exact: true }).click();
    await page.getByRole("combobox", { name: "Share with" }).fill("grace");
    await page.getByRole("option", { name: /grace\.hopper@example\.org/ }).click();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("row", { name: /Grace Hopper/ }).waitFor();

    await grace.open(`${HOME}/datasets`);
    await grace.page.getByRole("link", { name: "Shop orders" }).click();
    await grace.page.getByRole("grid", { name: "Rows of Shop orders" }).waitFor();
    expect([...admin.faults, ...grace.faults]).toEqual([]);
  });

  it("is taken away with a way back", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Take access from Grace Hopper" }).click();
    await page.getByRole("row", { name: /Grace Hopper/ }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("row", { name: /Grace Hopper/ }).waitFor();
    expect(
      await page
        .getByRole("table", { name: /Who has access/ })
        .getByRole("rowheader")
        .count(),
    ).toBe(2);
  });
});

describe("a dataset that may be asked for", () => {
  it("offers to ask by its address, and opens once the owner has approved", async () => {
    const asker = await colleague(browser, program, admin, { name: "Ida Rhodes", roles: ["viewer"] });
    const secret = await create({ name: "Nobody's business" }, "a\n1\n");
    const askable = await create({ name: "On request", visibility: "askable" }, "a\n1\n");
    await asker.open(`${HOME}/datasets/${secret}`);
    await asker.sees("Nothing is kept here");
    await asker.open(`${HOME}/datasets/${askable}`);
    await asker.sees("Ask for access");
    await asker.page.getByLabel("Why").fill("For the yearly report");
    await asker.page.getByRole("button", { name: "Ask for access" }).click();
    await asker.page.getByText(/^Asked/).waitFor();

    const { page } = admin;
    await admin.open(`${HOME}/access-requests`);
    await page.getByText("For the yearly report").waitFor();
    await page.getByRole("button", { name: /Decide about Ida Rhodes/ }).click();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Approved by Ada Lovelace").waitFor();

    await asker.open(`${HOME}/datasets/${askable}`);
    await asker.sees("On request");
    expect(asker.faults).toEqual([]);
  });
});

describe("the trash", () => {
  it("asks for the name, shows the days left and gives the dataset back", async () => {
    const { page } = admin;
    const id = await create({ name: "Old prices" }, "a\n1\n");
    await admin.open(`${HOME}/datasets/${id}`);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByLabel("Type Old prices to confirm").fill("Old prices");
    await page.getByRole("button", { name: "Move to the trash" }).click();
    await admin.sees("Datasets");
    await page.getByRole("link", { name: "Trash" }).click();
    const row = page.getByRole("row", { name: /Old prices/ });
    await row.getByText("in 30 days").waitFor();
    await row.getByRole("button", { name: "Restore Old prices" }).click();
    await page.getByText("The trash is empty").waitFor();
    expect(await admin.call("GET", `/datasets/${id}`)).toMatchObject({ name: "Old prices", trash: null });
  });
});
