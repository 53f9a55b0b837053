import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FinishedChild, multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHome, type Home } from "./run-granary.ts";

let server: TestServer;
let home: Home;
let reviewer: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  home = await createHome(await server.listen());
  reviewer = await server.user({ roles: ["admin"] });
  const form = multipartForm({ name: "Prices" }, { name: "prices.csv", content: "sku,name,price\nA-1,Lamp,10.00\nA-2,Chair,20.00\nA-3,Desk,30.00\n" });
  const { body } = await server.request("POST", "/datasets?wait=true", { as: server.admin, ...form });
  const { version } = (await server.request("GET", `/datasets/${body.dataset.id}/schema`, { as: server.admin })).body;
  const changes = [{ kind: "keys", columns: ["sku"] }];
  await server.request("PATCH", `/datasets/${body.dataset.id}/schema`, { as: server.admin, body: { changes }, headers: { "if-match": `"${version}"` } });
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const run = (args: readonly string[], token = server.admin.token): Promise<FinishedChild> => home.run(args, { env: { GRANARY_API_KEY: token } });

async function file(name: string, content: string): Promise<string> {
  const path = join(home.directory, name);
  await writeFile(path, content);
  return path;
}

describe("change requests from the command line", () => {
  it("are proposed from a file, read, discussed, approved by somebody else and merged", async () => {
    const path = await file("edited.csv", "sku,name,price\nA-1,Lamp,12.50\nA-2,Chair,20.00\nA-4,Stool,5.00\n");
    const proposed = await run(["changes", "propose", path, "--dataset", "Prices", "--title", "New prices"]);
    expect(proposed).toMatchObject({ code: 0, stdout: "The change request #1 of Prices is open: it adds 1, changes 1 and deletes 0 rows.\n", stderr: "" });
    const diff = (await run(["changes", "diff", "1"])).stdout
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(diff).toEqual([
      ["M", "A-1", "Lamp", "10.00 → 12.50"],
      ["A", "A-4", "Stool", "5.00"],
    ]);
    expect((await run(["changes", "diff", "1", "--kind", "added"])).stdout).toBe("A\tA-4\tStool\t5.00\n");
    expect(await run(["changes", "comment", "1", "Why?", "--row", '["A-1"]', "--column", "price"])).toMatchObject({
      code: 0,
      stdout: "Your comment is kept.\n",
    });
    expect(await run(["changes", "approve", "1"])).toMatchObject({ code: 4, stdout: "" });
    expect(await run(["changes", "merge", "1"])).toMatchObject({ code: 6, stdout: "" });
    expect(await run(["changes", "approve", "1"], reviewer.token)).toMatchObject({ code: 0, stdout: "You approved #1: 1 of 1 approvals.\n" });
    expect(await run(["changes", "merge", "1"])).toMatchObject({ code: 0, stdout: "The change request #1 is version 3 of Prices.\n", stderr: "" });
    const rows = (await run(["datasets", "rows", "Prices"])).stdout.trim().split("\n").toSorted();
    expect(rows).toEqual(["A-1\tLamp\t12.50", "A-2\tChair\t20.00", "A-3\tDesk\t30.00", "A-4\tStool\t5.00"]);
    expect((await run(["changes", "list", "--state", "merged"])).stdout).toMatch(/^1\tPrices\tNew prices\tmerged\tA1 M1 D0\t1\/1\t/);
  });

  it("are shown with their checks, and written to files of many kinds", async () => {
    const shown = await run(["changes", "show", "1", "--check"]);
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("Merged as\tversion 3\n");
    expect(shown.stdout).toMatch(/^keys\tpassed\t/m);
    const target = join(home.directory, "patch.sql");
    expect(await run(["changes", "export", "1", "--format", "sql", "-o", target])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(target, "utf8")).toContain(`UPDATE "Prices" SET "price" = 12.50 WHERE "sku" = 'A-1';\nINSERT INTO "Prices"`);
    const tdiff = await run(["changes", "export", "1", "--format", "tdiff"]);
    expect(tdiff.stdout.split("\r\n")).toEqual(["@@,sku,name,price", "->,A-1,Lamp,10.00->12.50", "+++,A-4,Stool,5.00", ""]);
  });

  it("fail with the reason where a file cannot be compared or its keys are broken", async () => {
    const path = await file("twice.csv", "sku,name,price\nA-1,Lamp,1.00\nA-1,Lamp,2.00\n");
    const broken = await run(["changes", "propose", path, "--dataset", "Prices", "--title", "Twice"]);
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toContain("A-1");
    const typo = await file("typo.csv", "sku,name,price\nA-1,Lamp,much\n");
    const misfit = await run(["changes", "propose", typo, "--dataset", "Prices"]);
    expect(misfit.code).toBe(1);
    expect(misfit.stderr).toMatch(/line 2/);
    expect(await run(["changes", "show", "99"])).toMatchObject({ code: 5, stdout: "" });
    expect(await run(["changes", "comment", "1", "text", "--row", "A-1"])).toMatchObject({ code: 2, stdout: "" });
  });

  it("are rejected with a reason", async () => {
    const path = await file("other.csv", "sku,price\nA-2,21.00\n");
    expect((await run(["changes", "propose", path, "--dataset", "Prices", "--title", "One price"])).code).toBe(0);
    const list = await run(["--json", "changes", "list", "--state", "open", "--search", "One price"]);
    const [{ number }] = JSON.parse(list.stdout).items;
    const rejected = await run(["changes", "reject", String(number), "--message", "not now", "--close"], reviewer.token);
    expect(rejected).toMatchObject({ code: 0, stdout: `The change request #${number} is closed.\n` });
  });
});
