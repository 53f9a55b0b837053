import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { colleague, HOME, type Person, setUp } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

let program: Program;
let browser: Browser;
let admin: Person;
let viewer: Person;

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
  viewer = await colleague(browser, program, admin, { name: "Mary Reader", roles: ["viewer"] });
  for (const name of ["Emmy Noether", "Hedy Lamarr"])
    await admin.call("POST", "/users", { email: `${name.split(" ")[0]}@example.org`, name, roles: ["viewer"] });
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

describe("people and groups", () => {
  it("gives a role to several people at once", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/people`);
    await page.getByRole("checkbox", { name: "Select Emmy Noether" }).check();
    await page.getByRole("checkbox", { name: "Select Hedy Lamarr" }).check();
    await page.getByRole("region", { name: "Chosen people" }).getByRole("button", { name: "Roles" }).click();
    await page.getByRole("menuitem", { name: "Data engineer" }).first().click();
    const question = page.getByRole("dialog", { name: "Give the role Data engineer" });
    await question.getByRole("listitem").nth(1).waitFor();
    expect(await question.getByRole("listitem").count()).toBe(2);
    await question.getByRole("button", { name: "Give the role" }).click();
    await page.getByText("Data engineer: done for 2").waitFor();
    await page
      .getByRole("row", { name: /Emmy Noether/ })
      .getByText("Data engineer")
      .waitFor();
  });

  it("deactivates several people and says for whom it could not be done", async () => {
    const { page } = admin;
    await page.getByRole("checkbox", { name: "Select Ada Lovelace" }).check();
    await page.getByRole("checkbox", { name: "Select Hedy Lamarr" }).check();
    await page.getByRole("region", { name: "Chosen people" }).getByRole("button", { name: "Accounts" }).click();
    await page.getByRole("menuitem", { name: "Deactivate" }).click();
    await page.getByRole("dialog", { name: "Deactivate" }).getByRole("button", { name: "Deactivate" }).click();
    await page.getByText("Deactivate: 1 of 2 not done").waitFor();
    await page
      .getByRole("row", { name: /Hedy Lamarr/ })
      .getByText("Inactive")
      .waitFor();
    expect(
      await page
        .getByRole("row", { name: /Ada Lovelace/ })
        .getByText("Inactive")
        .count(),
    ).toBe(0);
  });

  it("makes a group and puts somebody in, whose page tells where the role comes from", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/groups`);
    await page.getByRole("button", { name: "Create a group" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Create a group" });
    await dialog.getByLabel("Name", { exact: true }).fill("Millers");
    await dialog.getByRole("checkbox", { name: "Data analyst" }).check();
    await dialog.getByRole("button", { name: "Create the group" }).click();
    await page.getByRole("link", { name: "Millers" }).click();
    await admin.sees("Millers");
    await page.getByPlaceholder("Search people to add").fill("Emmy");
    await page.getByRole("option", { name: /Emmy Noether/ }).click();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("Added one person").waitFor();
    await page.getByRole("table", { name: "Members of Millers" }).getByRole("link", { name: "Emmy Noether" }).click();
    await admin.sees("Emmy Noether");
    await page.getByRole("link", { name: "Millers: Data analyst" }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Emmy N.");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await admin.sees("Emmy N.");
    expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
  });
});

describe("an edit that somebody else was faster with", () => {
  const both = () => admin.page.getByRole("table", { name: "Both versions" });
  const name = () => admin.page.getByRole("textbox", { name: "Name" });

  async function renameElsewhere(to: string): Promise<void> {
    const other = await admin.context.newPage();
    await other.goto(`${program.url}${HOME}/settings`);
    await other.getByRole("textbox", { name: "Name" }).fill(to);
    await other.getByRole("button", { name: "Save" }).click();
    await other.getByText("Saved", { exact: true }).waitFor();
    await other.close();
  }

  it("stands beside what was typed, and the current can be taken", async () => {
    await admin.open(`${HOME}/settings`);
    await name().fill("Mine");
    await renameElsewhere("Theirs");
    await both().getByRole("row", { name: "Name Mine Theirs" }).waitFor();
    expect(await name().inputValue()).toBe("Mine");
    expect(await admin.page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await admin.page.getByRole("button", { name: "Take the current" }).click();
    await both().waitFor({ state: "detached" });
    expect(await name().inputValue()).toBe("Theirs");
  });

  it("is refused by the server and shown when the page had not heard of it", async () => {
    await using deaf = await admin.context.newPage();
    await deaf.routeWebSocket(/realtime/, () => undefined);
    await deaf.goto(`${program.url}${HOME}/settings`);
    const field = deaf.getByRole("textbox", { name: "Name" });
    await field.fill("Mine again");
    const { workspace } = await readSettings();
    await admin.call("PATCH", `/workspaces/${workspace.id}`, { name: "Theirs again" }, workspace.version);
    await deaf.getByRole("button", { name: "Save" }).click();
    await deaf.getByRole("row", { name: "Name Mine again Theirs again" }).waitFor();
    await deaf.getByRole("button", { name: "Keep editing mine" }).click();
    await deaf.getByRole("table", { name: "Both versions" }).waitFor({ state: "detached" });
    expect(await field.inputValue()).toBe("Mine again");
    await deaf.getByRole("button", { name: "Save" }).click();
    await deaf.getByText("Saved", { exact: true }).waitFor();
    expect((await readSettings()).workspace.name).toBe("Mine again");
  });

  const readSettings = () => admin.call<{ workspace: { id: string; name: string; version: number } }>("GET", "/admin/settings");
});

describe("activity", () => {
  it("is exported as CSV, and its chain is checked", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/activity`);
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "CSV of what is shown" }).click()]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
    expect(await readFile(await download.path(), "utf8")).toContain("group.created");
    await page.getByRole("button", { name: "Check the chain" }).click();
    await page.getByText("The chain holds").waitFor();
    await page.getByText(/^\d+ entries were checked; none was changed or removed\.$/).waitFor();
  });
});

describe("roles and the access log", () => {
  it("makes a role from a built-in one, and lets it go when its holders have another", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/roles`);
    await page.getByRole("button", { name: "Create a role" }).click();
    const editor = page.getByRole("dialog", { name: "Create a role" });
    await editor.getByLabel("Title").fill("Field clerk");
    await editor.getByRole("checkbox", { name: /^dataset:create/ }).check();
    await editor.getByText(/1 more than Viewer/).waitFor();
    await editor.getByRole("button", { name: "Create the role" }).click();
    await page.getByText("Field clerk is created").waitFor();
    await admin.call("PUT", "/rbac/users/mary.reader@example.org/roles", { roles: ["field-clerk"] });
    await admin.open(`${HOME}/roles`);
    await page.getByText("Held by 1 person.").waitFor();
    await page.getByRole("button", { name: "Delete Field clerk" }).click();
    const question = page.getByRole("dialog", { name: "Delete Field clerk" });
    await question.getByRole("combobox", { name: "Instead" }).click();
    await page.getByRole("option", { name: "Viewer", exact: true }).click();
    await question.getByRole("button", { name: "Delete the role" }).click();
    await page.getByText("Field clerk is deleted").waitFor();
    const { roles } = await admin.call<{ roles: string[] }>("GET", "/users/mary.reader@example.org");
    expect(roles).toEqual(["viewer"]);
  });

  it("tells who was refused what, and is exported", async () => {
    const { page } = admin;
    await viewer.call("GET", "/users").catch(() => undefined);
    await admin.open(`${HOME}/access-log?decision=denied`);
    await page
      .getByRole("row", { name: /Mary Reader/ })
      .getByRole("button", { name: "Request without permission" })
      .first()
      .click();
    await page.getByRole("dialog", { name: "Who did what" }).getByText("GET /users needs user:read").waitFor();
    await page.keyboard.press("Escape");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export CSV" }).click()]);
    expect(await readFile(await download.path(), "utf8")).toContain("Mary Reader");
  });
});

describe("addresses", () => {
  it("without permission explain themselves and name the permission", async () => {
    await viewer.open(`${HOME}/people`);
    await viewer.sees("This place needs a permission you do not have");
    const { items } = await admin.call<{ items: { id: string }[] }>("GET", "/users");
    await viewer.open(`${HOME}/people/${items[0]?.id ?? ""}`);
    await viewer.sees("This place needs a permission you do not have");
    expect(await viewer.page.getByText("user:read").isVisible()).toBe(true);
    expect(await viewer.page.getByRole("link", { name: "Ask an administrator" }).getAttribute("href")).toContain("user%3Aread");
  });

  it("that lead nowhere say so, inside a workspace and outside", async () => {
    for (const path of [`${HOME}/nowhere`, "/nowhere", `${HOME}/datasets/nothing-like-it`]) {
      await viewer.open(path);
      await viewer.sees("Nothing is kept here");
    }
    await viewer.page.getByRole("link", { name: "Go home" }).click();
    await viewer.sees(/, Mary$/);
    expect(viewer.faults).toEqual([]);
  });
});

describe("the API reference", () => {
  it("sends a request as the person at the browser", async () => {
    const { page } = admin;
    await admin.open("/api/docs");
    await page.getByRole("searchbox", { name: "Search operations" }).fill("users.list");
    await page
      .getByRole("button", { name: /List people|\/users /i })
      .first()
      .click();
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByRole("button", { name: "Send GET" }).click();
    const answer = page.getByLabel("Answer");
    await answer.waitFor();
    expect(await answer.textContent()).toContain("Emmy N.");
    expect(admin.faults).toEqual([]);
  });
});
