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

async function create(name: string, content: string): Promise<string> {
  const answer = await admin.context.request.post(`${program.url}/api/v1/datasets?wait=true`, {
    headers: { origin: program.url },
    multipart: { name, visibility: "workspace", file: { name: "data.csv", mimeType: "text/csv", buffer: Buffer.from(content) } },
  });
  const { dataset } = (await answer.json()) as { dataset: { id: string } };
  return dataset.id;
}

describe("a policy that masks a column", () => {
  it("is written, looked at before it holds, and masks what a colleague sees and why", async () => {
    const grace = await colleague(browser, program, admin, { name: "Grace Hopper", roles: ["viewer"] });
    const dataset = await create("Customers", "id,mail\n1,ann.smith@example.org\n");
    const { page } = admin;
    await admin.open(`${HOME}/policies`);
    await page.getByText("No policy yet").waitFor();
    await page.getByRole("button", { name: "Make a policy" }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill("Mail addresses");
    await page.getByRole("combobox", { name: "What: kind" }).click();
    await page.getByRole("option", { name: "A column" }).click();
    await page.getByRole("combobox", { name: "What: dataset" }).click();
    await page.getByRole("option", { name: "Customers" }).click();
    await page.getByRole("combobox", { name: "What: column of Customers" }).click();
    await page.getByRole("option", { name: "mail" }).click();
    await page.getByRole("combobox", { name: "Mask" }).fill("email");
    await page.getByRole("button", { name: "Show whom it changes" }).click();
    await page.getByText("Changes what 1 person sees of 1 dataset.").waitFor();
    await page.getByRole("button", { name: "Make the policy" }).click();
    await page.getByText("Everyone, except people with the permission pii:view, sees mail of Customers masked (email).").waitFor();

    await grace.open(`${HOME}/datasets/${dataset}`);
    await grace.page.getByText("an***@example.org").waitFor();
    await grace.page.getByRole("button", { name: "Sharing", exact: true }).click();
    await grace.page.getByText("Masked: email").waitFor();
    expect([...admin.faults, ...grace.faults]).toEqual([]);
  });

  it("shows an administrator what the colleague sees, until they look as themselves again", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/datasets`);
    await page.getByRole("link", { name: "Customers" }).click();
    await page.getByText("ann.smith@example.org").waitFor();
    await page.getByRole("button", { name: "Sharing", exact: true }).click();
    await page.getByRole("combobox", { name: "Ask for somebody else" }).fill("grace");
    await page.getByRole("option", { name: /Grace Hopper/ }).click();
    await page.getByRole("button", { name: "View as this person" }).click();
    await page.getByText("You look at this dataset as Grace Hopper sees it").waitFor();
    await page.getByRole("button", { name: "Rows", exact: true }).click();
    await page.getByText("an***@example.org").waitFor();
    await page.getByRole("button", { name: "Look as yourself again" }).click();
    await page.getByText("ann.smith@example.org").waitFor();
    expect(admin.faults).toEqual([]);
  });

  it("is kept on the page of the person it is about, with what is known of them", async () => {
    const { page } = admin;
    await create("Secrets", "id,word\n1,plum\n");
    const alan = await colleague(browser, program, admin, { name: "Alan Turing", roles: ["viewer"] });
    await admin.open(`${HOME}/people`);
    await page.getByRole("link", { name: "Alan Turing" }).click();
    await admin.sees("Alan Turing");
    await page.getByRole("combobox", { name: "Kept out of: dataset" }).fill("secr");
    await page.getByRole("option", { name: "Secrets" }).click();
    await page.getByRole("button", { name: "Save lists" }).click();
    await page.getByText("Lists saved").waitFor();
    await page.getByRole("combobox", { name: "Add the mask to: dataset" }).fill("cust");
    await page.getByRole("option", { name: "Customers" }).click();
    await page.getByRole("combobox", { name: "Add the mask to: column of Customers" }).click();
    await page.getByRole("option", { name: "id" }).click();
    await page.getByRole("button", { name: "Save masks" }).click();
    await page.getByText("Masks saved").waitFor();
    await page.getByRole("button", { name: "Add an attribute" }).click();
    await page.getByRole("textbox", { name: "Attribute 1: name" }).fill("region");
    await page.getByRole("textbox", { name: "Attribute 1: value" }).fill("north");
    await page.getByRole("button", { name: "Save attributes" }).click();
    await page.getByText("Attributes saved").waitFor();
    await page.reload();
    await page.getByText("Customers › id").waitFor();
    expect(await page.getByRole("textbox", { name: "Attribute 1: value" }).inputValue()).toBe("north");

    await alan.open(`${HOME}/datasets`);
    await alan.page.getByRole("link", { name: "Customers" }).click();
    await alan.page.getByRole("grid", { name: "Rows of Customers" }).getByText("********").waitFor();
    await alan.open(`${HOME}/datasets`);
    await alan.page.getByRole("link", { name: "Customers" }).waitFor();
    expect(await alan.page.getByRole("link", { name: "Secrets" }).count()).toBe(0);
    expect([...admin.faults, ...alan.faults]).toEqual([]);
  });
});
