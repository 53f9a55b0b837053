import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, colleague, HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, openPage, type Program, startProgram } from "./program.ts";

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

  it("is told on pages that meet WCAG 2.1 AA and fit a phone", async () => {
    const state = { ...(await admin.context.storageState()), origins: [] };
    await using own = await browser.newContext({ viewport: { width: 390, height: 844 }, storageState: state, reducedMotion: "reduce", bypassCSP: true });
    const { page } = await openPage(own);
    const { id } = await admin.call<{ id: string }>("GET", `/users/${ADMIN.email}`);
    const shown = { [`/datasets/${dataset}?tab=privacy`]: "Policies and whom they are for", [`/people/${id}`]: "Masked for them" };
    const found: string[] = [];
    for (const [place, text] of Object.entries({ ...shown, "/personal-data?tab=readers": "Who has seen this person's row" })) {
      await page.goto(`${program.url}${HOME}${place}`);
      await page.getByRole("heading", { level: 2, name: text }).waitFor();
      await page.waitForLoadState("networkidle");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) found.push(`${place} is ${wide} px too wide`);
      found.push(...(await accessibilityFaults(page)).map((fault) => `${place} ${fault}`));
    }
    expect(found).toEqual([]);
  });
});
