import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const SAMPLES = join(import.meta.dirname, "../../../../samples");

let server: TestServer;
let maker: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
});
afterAll(() => server[Symbol.asyncDispose]());

const sample = (name: string): Buffer => readFileSync(join(SAMPLES, name));

function create(name: string, content: string | Buffer): Promise<TestResponse> {
  const { body, headers } = multipartForm({ name }, { name, content });
  return server.request("POST", "/datasets?wait=true", { as: maker, body, headers });
}

async function load(dataset: string, fileName: string, content: string | Buffer, more: Readonly<Record<string, unknown>> = {}): Promise<TestResponse> {
  const bytes = Buffer.from(content);
  const upload = await server.request("POST", "/uploads", { as: maker, body: { fileName, bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${upload.body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
  return server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: maker, body: { uploadId: upload.body.id, ...more } });
}

async function rowsOf(dataset: string, limit = 2): Promise<readonly (readonly (string | null)[])[]> {
  return (await server.request("GET", `/datasets/${dataset}/rows?limit=${limit}`, { as: maker })).body.rows;
}

const columnsOf = ({ body }: TestResponse): Record<string, string> =>
  Object.fromEntries(body.dataset.columns.map((column: { name: string; storedType: string }) => [column.name, column.storedType]));

interface Expected {
  readonly rows: number;
  readonly rejected: number;
  readonly columns: Readonly<Record<string, string>>;
  readonly first: readonly (string | null)[];
}

const SAMPLE_DATASETS: readonly (readonly [string, Expected])[] = [
  [
    "auftraege.csv",
    {
      rows: 40,
      rejected: 0,
      columns: { Auftrag: "string", Kunde: "string", Datum: "date", Betrag: "decimal(18, 2)", Rabatt: "string", Bemerkung: "string" },
      first: ["00001", "Bäckerei Großmann", "2025-02-08", "80.19", "2,50", null],
    },
  ],
  [
    "readings.ndjson",
    {
      rows: 39,
      rejected: 1,
      columns: { sensor: "string", serial: "long", at: "timestamp", value: "decimal(18, 2)", place: "struct", flags: "list" },
      first: ["T-1", "90071992547409093", "2025-11-03 00:00:00", null, '{"hall":"B","shelf":"000"}', '["low battery","restarted"]'],
    },
  ],
  [
    "inventory.xlsx",
    {
      rows: 23,
      rejected: 1,
      columns: { article: "string", name: "string", "counted on": "date", stock: "long", "unit price": "double", value: "double" },
      first: ["0001000", "Hex bolt M6", "2025-10-20", "0", "0.15", "0"],
    },
  ],
  [
    "products.xml",
    {
      rows: 16,
      rejected: 0,
      columns: { sku: "string", name: "string", price: "struct", tag: "list", remark: "string" },
      first: ["000007", "Washer 6.4", '{"@currency":"EUR","#text":"3.35"}', '["tools","small parts"]', null],
    },
  ],
];

describe("files of any kind", () => {
  it.each(SAMPLE_DATASETS)("becomes a dataset: %s", async (name, { rows, rejected, columns, first }) => {
    const created = await create(name, sample(name));
    expect([created.status, created.body.batch.rows, created.body.batch.rejected]).toEqual([201, rows, rejected]);
    expect(columnsOf(created)).toEqual(columns);
    expect((await rowsOf(name))[0]).toEqual(first);
  });

  it("is what the bytes say, whatever the name says, and may be packed", async () => {
    const created = await create("orders.txt", gzipSync(sample("orders.csv")));
    expect([created.status, created.body.batch.rows, created.body.batch.rejected]).toEqual([201, 60, 1]);
  });

  it("comes back from a Parquet download as it went out", async () => {
    await create("there", sample("readings.ndjson"));
    const parquet = await server.request("GET", "/datasets/there/download?format=parquet", { as: maker });
    const created = await create("back", parquet.bytes);
    expect([created.status, created.body.batch.rows]).toEqual([201, 39]);
    expect(await rowsOf("back", 39)).toEqual(await rowsOf("there", 39));
  });

  it("is added to a dataset by the names of its columns, nested ones among them", async () => {
    await create("growing", '{"id":1,"place":{"hall":"A"}}\n');
    const added = await load("growing", "more.json", '[{"place":{"hall":"B"},"id":2,"tags":["x"]}]', { onNewColumns: "evolve" });
    expect([added.status, added.body.batch.rows]).toEqual([201, 1]);
    const again = await load("growing", "again.json", '[{"id":3,"tags":["y","z"]}]');
    expect([again.status, again.body.batch.rows]).toEqual([201, 1]);
    expect(await rowsOf("growing", 3)).toEqual([
      ["1", '{"hall":"A"}', null],
      ["2", '{"hall":"B"}', '["x"]'],
      ["3", null, '["y","z"]'],
    ]);
  });

  it("keeps numbers as they are written where the dataset has texts", async () => {
    await create("codes", "code,n\n007,1.5\n");
    const added = await load("codes", "more.csv", "code,n\n12,2.5\n1.50,3\n");
    expect([added.status, added.body.batch.error]).toEqual([201, null]);
    expect(await rowsOf("codes", 3)).toEqual([
      ["007", "1.5"],
      ["12", "2.5"],
      ["1.50", "3.0"],
    ]);
  });

  it("is refused whole where values do not fit, and says which", async () => {
    const created = await create("strict", '{"id":1,"place":{"hall":"A"}}\n');
    const texts = await load("strict", "bad.csv", "id\nx7\n8\n");
    const issues = [{ path: "id", message: '1 values are no long, for example "x7"' }];
    expect(texts.body.batch).toMatchObject({ status: "failed", error: { code: "lake.values_mismatch", issues } });
    const nested = await load("strict", "bad.json", '[{"id":2,"place":"A"}]');
    expect(nested.body.batch).toMatchObject({ status: "failed", error: { code: "lake.values_mismatch", issues: [{ path: "place" }] } });
    // The issues quote the file: readers are told of the failure only.
    const reader = await server.user({ roles: ["viewer"] });
    await (await server.ctx()).system.tx((ctx) =>
      ctx.db.updateTable("datasets").set({ visibility: "workspace" }).where("id", "=", created.body.dataset.id).execute(),
    );
    const { id } = texts.body.batch;
    const shown = async (as: TestUser) => [
      (await server.request("GET", `/datasets/strict/batches/${id}`, { as })).body.error.issues,
      (await server.request("GET", "/datasets/strict/batches", { as })).body.items.find((item: { id: string }) => item.id === id).error.issues,
    ];
    expect([await shown(maker), await shown(reader)]).toEqual([
      [issues, issues],
      [[], []],
    ]);
    expect(await rowsOf("strict")).toHaveLength(1);
  });
});
