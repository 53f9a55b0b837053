import { type PostgresSource, startPostgresSource } from "@granary/testkit/sources";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOME, type Person, setUp } from "./person.ts";
import { accessibilityFaults, openBrowser, type Program, startProgram } from "./program.ts";

let source: PostgresSource;
let program: Program;
let browser: Browser;
let admin: Person;

beforeAll(async () => {
  source = await startPostgresSource();
  await source.query("create table orders (id int primary key, customer text, amount numeric(10,2))");
  await source.query("insert into orders select i, 'Customer ' || i, i * 1.5 from generate_series(1, 40) i");
  program = await startProgram({ GRANARY_PRIVATE_HOSTS: "127.0.0.1" });
  browser = await openBrowser();
  admin = await setUp(browser, program);
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
  await source?.[Symbol.asyncDispose]();
});

describe("a database that is connected", () => {
  it("is tested step by step, and says what is wrong before it is kept", async () => {
    const { page } = admin;
    const { config } = source;
    await admin.open(`${HOME}/connections`);
    await page.getByRole("link", { name: "Connect a source" }).first().click();
    await page.getByRole("link", { name: /^PostgreSQL/ }).click();
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText("Enter the host.").waitFor();
    await page.getByLabel("Name", { exact: false }).first().fill("Shop");
    await page.getByLabel("Host").fill(config.host);
    await page.getByLabel("Port").fill(String(config.port));
    await page.getByLabel("Database").fill(config.database);
    await page.getByLabel("User").fill(config.user);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    const steps = page.getByRole("list", { name: "Steps of the test" });
    await steps.getByRole("listitem").filter({ hasText: "Credentials" }).getByText("failed").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel("Password", { exact: true }).fill(config.password);
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText("The connection works.").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await admin.sees("Shop");
  });

  it("shows its tables and their first rows, and never its password", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: /^orders/ }).click();
    await page
      .getByRole("table", { name: /Columns of public.orders/ })
      .getByRole("rowheader", { name: /^id key/ })
      .waitFor();
    await page.getByRole("button", { name: "First rows" }).click();
    await page.getByRole("region", { name: "First rows of public.orders" }).getByRole("cell", { name: "Customer 7", exact: true }).waitFor();
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    await page.getByText("Kept, encrypted").waitFor();
    expect(await page.content()).not.toContain(source.config.password);
  });

  it("leads into a pipeline whose run stands live on its page", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: /^Streams/ }).click();
    await page.getByRole("button", { name: /^orders/ }).click();
    await page.getByRole("link", { name: "Use in a pipeline" }).click();
    await page
      .getByRole("group", { name: /orders/ })
      .first()
      .waitFor();
    const { items } = await admin.call<{ items: { id: string }[] }>("GET", "/connectors");
    const settings = { connection: items[0]?.id, stream: { namespace: "public", name: "orders" }, keys: ["id"] };
    const document = {
      name: "Shop orders",
      nodes: [
        { id: "orders", kind: "source_stream", settings },
        { id: "target", kind: "to_dataset", settings: { dataset: "Shop orders", mode: "replace" } },
      ],
      edges: [{ from: "orders", to: "target" }],
    };
    const { id } = await admin.call<{ id: string }>("POST", "/pipelines", { document });
    await admin.open(`${HOME}/pipelines/${id}`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
    await admin.sees("Shop orders #1");
    await page.getByText("Succeeded", { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Log", exact: true }).click();
    await page
      .getByRole("log")
      .getByText(/40 rows/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: /^Results/ }).click();
    await page.getByRole("link", { name: "Shop orders" }).last().click();
    await page.getByRole("grid", { name: "Rows of Shop orders" }).getByText("Customer 7", { exact: true }).waitFor();
    expect(admin.faults).toEqual([]);
  });

  it("is not deleted while a pipeline uses it, and says which", async () => {
    const { page } = admin;
    await admin.open(`${HOME}/connections`);
    await page.getByRole("link", { name: "Shop" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    const refusal = page.getByRole("dialog").getByText(/Pipelines use this connection: Shop orders/);
    await refusal.waitFor();
    expect(await refusal.count()).toBe(1);
  });
});
