import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;

const ROWS = Array.from({ length: 40 }, (_, at) => `${at},person${at}@example.org,+49 30 9018${10 + at}${at % 10},${at % 2 === 0}`);
const FILE = `id,contact,Telefon,email_verified\n${ROWS.join("\n")}\n`;

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

describe("personal data in an imported file", () => {
  it("is suggested with its evidence, accepted with one key, and taken back on the dataset's page", async () => {
    const { page, context } = admin;
    const answer = await context.request.post(`${program.url}/api/v1/datasets?wait=true`, {
      headers: { origin: program.url },
      multipart: { name: "Newsletter", file: { name: "newsletter.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) } },
    });
    expect(answer.status()).toBe(201);
    await admin.open(`${HOME}/personal-data`);
    await admin.sees("Personal data");
    await page.getByText("40 of 40 different values are e-mail addresses.").waitFor();
    expect(await page.getByText("person1@example.org").count()).toBe(0);

    await page.getByRole("checkbox", { name: /contact of Newsletter/ }).check();
    await page.getByRole("region", { name: "Chosen suggestions" }).waitFor();
    await page.keyboard.press("a");
    await page.getByText("40 of 40 different values are e-mail addresses.").waitFor({ state: "detached" });

    await page.getByRole("link", { name: "Newsletter" }).click();
    await admin.sees("Newsletter");
    const found = page.getByRole("list", { name: "What looks like personal data" });
    await found.getByText("Not masked").waitFor();
    await found.getByRole("button", { name: /^Take back: e-mail address/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take it back" }).click();
    await found.getByText(/Refused by/).waitFor();
    expect(admin.faults).toEqual([]);
  });
});
