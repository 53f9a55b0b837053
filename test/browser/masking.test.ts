import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { colleague, HOME, type Person, setUp } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;
let dataset: string;

const CSV = "id,email,salary\n1,john.doe@example.com,12345\n2,jane@example.com,67890\n3,not an address,111\n";

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
  const answer = await admin.context.request.post(`${program.url}/api/v1/datasets?wait=true`, {
    headers: { origin: program.url },
    multipart: { name: "Staff", visibility: "workspace", file: { name: "staff.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) } },
  });
  dataset = ((await answer.json()) as { dataset: { id: string } }).dataset.id;
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

describe("a column that is masked", () => {
  it("is previewed on its own values, and from then on shown masked to those without the permission", async () => {
    const grace = await colleague(browser, program, admin, { name: "Grace Hopper", roles: ["viewer"] });
    const { page } = admin;
    await admin.open(`${HOME}/datasets/${dataset}?tab=privacy`);
    await page.getByRole("button", { name: "Set mask and tags of email" }).click();
    const dialog = page.getByRole("dialog", { name: "Privacy of email" });
    await dialog.getByRole("combobox", { name: "Mask" }).click();
    await page.getByRole("option", { name: "E-mail address" }).click();
    await dialog.getByRole("row", { name: /john\.doe@example\.com jo\*\*\*@example\.com/ }).waitFor();
    await dialog.getByRole("row", { name: /not an address \*{8}/ }).waitFor();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("email is masked").waitFor();
    await page.getByText(/Everyone, except people with the permission pii:view/).waitFor();

    await grace.open(`${HOME}/datasets/${dataset}`);
    const grid = grace.page.getByRole("grid", { name: "Rows of Staff" });
    await grid.getByText("jo***@example.com").waitFor();
    expect(await grid.getByText("john.doe").count()).toBe(0);
    await grid.getByRole("img", { name: "masked" }).waitFor();
    expect([...admin.faults, ...grace.faults]).toEqual([]);
  });
});
