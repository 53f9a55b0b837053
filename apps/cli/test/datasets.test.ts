import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FinishedChild, startTestServer, type TestServer } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHome, type Home } from "./run-granary.ts";

let server: TestServer;
let home: Home;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  home = await createHome(await server.listen());
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const run = (args: readonly string[], input?: string): Promise<FinishedChild> =>
  home.run(args, { env: { GRANARY_API_KEY: server.admin.token }, ...(input === undefined ? {} : { input }) });

async function json(args: readonly string[]) {
  const { stdout, stderr } = await run([...args, "--json"]);
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}

async function file(name: string, content: string): Promise<string> {
  const path = join(home.directory, name);
  await writeFile(path, content);
  return path;
}

describe("datasets from the command line", () => {
  it("are created with tags, shown, and loaded into", async () => {
    const path = await file("Stock.csv", "sku,pieces\nA,1\nB,2\n");
    const created = await run(["datasets", "create", path, "--tag", "shop,daily", "--visibility", "workspace"]);
    expect([created.code, created.stderr]).toEqual([0, ""]);
    expect(created.stdout).toMatch(/^The dataset Stock \(ds_\w+\) exists with 2 rows\.\n$/);
    const shown = await run(["datasets", "show", "stock"]);
    expect(shown.stdout).toContain("Tags\tdaily, shop\n");
    expect(shown.stdout).toContain("pieces\tinteger\tlong\tas it is\n");
    const more = await file("more.csv", "sku,pieces\nB,20\nC,3\n");
    const loaded = await run(["datasets", "upload", more, "--to", "stock", "--mode", "upsert", "--key", "sku"]);
    expect(loaded).toMatchObject({ code: 0, stdout: "2 rows were loaded into Stock (version 2).\n", stderr: "" });
    expect((await json(["datasets", "show", "stock"])).rows).toBe(3);
    expect(await run(["datasets", "upload", more, "--mode", "append"])).toMatchObject({ code: 2, stdout: "" });
    expect(await run(["datasets", "upload", more, "--to", "nothing"])).toMatchObject({ code: 5, stdout: "" });
  });

  it("go on with an upload of the same bytes that was cut off", async () => {
    const bytes = Buffer.from(`n,text\n${Array.from({ length: 2_000 }, (_, index) => `${index},row ${index}`).join("\n")}\n`);
    const path = await file("cut.csv", bytes.toString());
    const { createHash } = await import("node:crypto");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const begun = await server.request("POST", "/uploads", { as: server.admin, body: { fileName: "cut.csv", bytes: bytes.length, sha256 } });
    const headers = { "content-type": "application/octet-stream" };
    await server.request("PATCH", `/uploads/${begun.body.id}?offset=0`, { as: server.admin, body: bytes.subarray(0, 500), headers });
    expect((await json(["datasets", "create", path])).batch.rows).toBe(2_000);
    const upload = await server.request("GET", `/uploads/${begun.body.id}`, { as: server.admin });
    expect(upload.body).toMatchObject({ status: "complete", sha256 });
  });

  it("list their versions and go back to one", async () => {
    const versions = await run(["datasets", "versions", "stock"]);
    expect(versions.stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["2", "1", ""]);
    const restored = await run(["datasets", "restore", "stock", "1", "--reason", "too early"]);
    expect(restored).toMatchObject({ code: 0, stdout: "Version 1 is back, as version 3 with 2 rows.\n", stderr: "" });
    expect((await json(["datasets", "versions", "stock"])).items[0]).toMatchObject({ number: 3, reason: "too early", restoredFrom: 1 });
    expect(await run(["datasets", "restore", "stock", "99"])).toMatchObject({ code: 5, stdout: "" });
  });

  it("are downloaded as the file's ending says, at any version", async () => {
    const target = join(home.directory, "stock.parquet");
    expect(await run(["datasets", "download", "stock", "-o", target])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect((await readFile(target)).subarray(0, 4).toString()).toBe("PAR1");
    const lines = (await run(["datasets", "download", "stock", "--format", "ndjson", "--data-version", "2"])).stdout.trim().split("\n");
    expect(lines).toHaveLength(3);
  });
});

describe("granary sql into a dataset", () => {
  it("stores all rows in a new one, or as a version of one that is there", async () => {
    const made = await json(["sql", "SELECT 1 AS a, 'x' AS b", "--save-as", "From SQL"]);
    expect(made).toMatchObject({ dataset: { name: "From SQL" }, batch: { status: "loaded", rows: 1, version: 1 } });
    const more = await run(["sql", "SELECT 2 AS a, 'y' AS b", "--into", "From SQL", "--mode", "replace"]);
    expect(more.stdout).toMatch(/^1 rows are in From SQL \(ds_\w+\), version 2\.\n$/);
    expect((await run(["sql", 'SELECT * FROM "From SQL"'])).stdout).toBe("2\ty\n");
    expect((await run(["sql", "SELECT 1", "--save-as", "a", "--into", "b"])).code).toBe(2);
    expect((await run(["sql", "SELECT 1", "--mode", "replace"])).code).toBe(2);
  });
});

describe("granary sql", () => {
  const SQL = "SELECT sku, pieces FROM stock AT (VERSION => 2) ORDER BY sku";

  it("writes rows for pipes, for people who ask for JSON, and as files", async () => {
    expect(await run(["sql", SQL])).toMatchObject({ code: 0, stdout: "A\t1\nB\t20\nC\t3\n", stderr: "" });
    const answer = await json(["sql", SQL]);
    expect([answer.query.status, answer.columns[1].type, answer.rows[0]]).toEqual(["succeeded", "integer", ["A", "1"]]);
    expect((await run(["sql", SQL, "--format", "csv"])).stdout).toBe("sku,pieces\r\nA,1\r\nB,20\r\nC,3\r\n");
    const target = join(home.directory, "rows.json");
    expect(await run(["sql", SQL, "-o", target])).toMatchObject({ code: 0, stdout: "" });
    expect(JSON.parse(await readFile(target, "utf8"))[1]).toEqual({ sku: "B", pieces: 20 });
  });

  it("reads the query from standard input, and tells that there is more", async () => {
    expect((await run(["sql"], "SELECT 42")).stdout).toBe("42\n");
    const cut = await run(["sql", "-", "--max-rows", "2"], "SELECT i FROM range(5) t(i) ORDER BY i");
    expect(cut).toMatchObject({ code: 0, stdout: "0\n1\n", stderr: expect.stringContaining("--max-rows") });
  });

  it("says what is wrong with a query, and where", async () => {
    const wrong = await run(["sql", "SELECT piecs FROM stock"]);
    expect([wrong.code, wrong.stdout]).toEqual([1, ""]);
    expect(wrong.stderr).toContain("line 1, column 8");
    expect((await run(["sql", "SELECT 1", "--format", "table", "-o", "x"])).code).toBe(2);
  });
});
