import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;
let dir: string;
let dataset: string;
let address: string;

/** What spreadsheets are known to change without being asked. */
const ROWS = [
  ["code", "long_id", "phone", "price", "ratio", "day", "moment", "flag", "note"],
  ["00501", "12345678901234567890", "+442079460000", "1234.50", "0.1", "2024-02-01", "2024-02-01 13:45:10", "true", "plain"],
  ["00010", "9007199254740993", "+4930123456", "99999999999999.99", "1e5", "2023-12-31", "1999-12-31 23:59:59", "false", "=1+1"],
  ["A-1", "9007199254740991", "+15551234567", "0.10", "-0.0", "1999-01-02", "2030-06-15 00:00:00", "true", "5.10"],
  ["1E5", "1", "+1", "100.00", "3.14159265358979", "2024-04-23", "2024-04-23 12:00:00", "false", ""],
  ["007", "20000000000000000000", "+33123456789", "-5.00", "2", "2000-02-29", "2000-02-29 08:30:00", "true", 'Müller, "quoted"\nsecond line'],
  ["3-4", "42", "+0", "7.00", "1000000", "2024-10-11", "2024-10-11 09:08:07", "false", "MAR1"],
];

const csvOf = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")).join("\r\n");

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "granary-spreadsheet-"));
  server = await startTestServer();
  await server.startWorker();
  address = await server.listen();
  maker = await server.user({ roles: ["contributor"] });
  const form = multipartForm({ name: "Codes" }, { name: "codes.csv", content: csvOf(ROWS) });
  const created = await server.request("POST", "/datasets?wait=true", { as: maker, ...form });
  if (created.body.batch?.rows !== 6) throw new Error("the rows could not be loaded");
  dataset = created.body.dataset.id;
  const { version } = (await server.request("GET", `/datasets/${dataset}/schema`, { as: maker })).body;
  const changes = [{ kind: "keys", columns: ["code"] }];
  await server.request("PATCH", `/datasets/${dataset}/schema`, { as: maker, body: { changes }, headers: { "if-match": `"${version}"` } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function download(query: string): Promise<{ readonly name: string; readonly path: string }> {
  const answer = await fetch(`${address}/api/v1/datasets/${dataset}/download?${query}`, { headers: { authorization: `Bearer ${maker.token}` } });
  expect(answer.status).toBe(200);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
  const path = join(dir, name);
  await writeFile(path, new Uint8Array(await answer.arrayBuffer()));
  return { name, path };
}

/** Opens a file in a spreadsheet and saves it as another kind, as somebody does who edits nothing. */
async function saved(path: string, kind: "xlsx" | "csv"): Promise<string> {
  const out = await mkdtemp(join(dir, "out-"));
  const args = ["--headless", `-env:UserInstallation=file://${join(dir, "profile")}`, "--convert-to", kind, "--outdir", out, path];
  const program = spawn("soffice", args, { stdio: "ignore" });
  const [code] = (await once(program, "exit")) as [number | null];
  expect(code).toBe(0);
  return join(out, `${parse(path).name}.${kind}`);
}

async function propose(path: string): Promise<Record<string, number>> {
  const file = { name: parse(path).base, content: await readFile(path) };
  const form = multipartForm({ dataset, title: "Through a spreadsheet", draft: "true" }, file as never);
  const { body } = await server.request("POST", "/changes?wait=true", { as: maker, ...form });
  if (body.pending?.error?.code === "change.nothing_proposed") return { added: 0, removed: 0, modified: 0, formatOnly: 0 };
  expect(body.pending, JSON.stringify(body.pending?.error)).toBeNull();
  return body.counts;
}

describe("a download that goes through a spreadsheet", () => {
  it("changes no value when it comes back as CSV, whatever its formats went through", async () => {
    const { path } = await download("format=csv");
    const counts = await propose(await saved(await saved(path, "xlsx"), "csv"));
    expect(counts).toMatchObject({ added: 0, removed: 0, modified: 0 });
  });

  it("changes nothing at all as a workbook, in which ids and keys are texts", async () => {
    const { path } = await download("format=xlsx");
    const counts = await propose(await saved(path, "xlsx"));
    expect(counts).toMatchObject({ added: 0, removed: 0, modified: 0 });
  });
});
