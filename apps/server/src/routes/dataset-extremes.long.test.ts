import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"] });
});
afterAll(() => server[Symbol.asyncDispose]());

function create(name: string, content: string): Promise<TestResponse> {
  const { body, headers } = multipartForm({ name }, { name: `${name}.csv`, content });
  return server.request("POST", "/datasets?wait=true", { as: maker, body, headers });
}

/** A table of so many columns, of three kinds in turn. */
function wide(columns: number, rows: number): string {
  const line = (cell: (column: number) => string): string => `${Array.from({ length: columns }, (_, column) => cell(column)).join(",")}\n`;
  const cell = (row: number) => (column: number) => [String(row * column), `2024-01-${10 + (row % 20)}`, `0${column}`][column % 3] ?? "";
  return line((column) => `c${column}`) + Array.from({ length: rows }, (_, row) => line(cell(row + 1))).join("");
}

it("refuses a file of 10,000 columns by the memory they would take", async () => {
  const { body } = await create("wide", wide(10_000, 20));
  expect(body.batch).toMatchObject({ status: "failed", error: { code: "engine.out_of_memory" } });
  expect(body.batch.error.message).toContain("Read fewer columns");
}, 300_000);

it("sets a record with a value of 100 MB aside and loads what is around it", async () => {
  const { body } = await create("cell", `a,b\n1,x\n2,"${"y\n".repeat(50_000_000)}"\n3,z\n`);
  expect(body.batch, JSON.stringify(body).slice(0, 2000)).toMatchObject({ status: "loaded", rows: 2, rejected: 1 });
  const rejects = await server.request("GET", `/datasets/${body.dataset.id}/batches/${body.batch.id}/rejects`, { as: maker });
  expect(rejects.body.items[0]).toMatchObject({ line: 3, reason: "the record is longer than 16 MiB" });
  const page = await server.request("GET", `/datasets/${body.dataset.id}/rows?limit=10`, { as: maker });
  expect(page.body.rows).toEqual([
    ["1", "x"],
    ["3", "z"],
  ]);
}, 300_000);
