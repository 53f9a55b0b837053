import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
});
afterAll(() => server[Symbol.asyncDispose]());

async function created(name: string, content: string): Promise<string> {
  const { body } = await server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name }, { name: "stock.csv", content }) });
  expect(body.batch?.status).toBe("loaded");
  return body.dataset.id;
}

async function load(dataset: string, content: string, mode = "upsert"): Promise<void> {
  const bytes = Buffer.from(content);
  const upload = await server.request("POST", "/uploads", { as: maker, body: { fileName: "more.csv", bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${upload.body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
  const { body } = await server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: maker, body: { uploadId: upload.body.id, mode } });
  expect(body.batch?.status).toBe("loaded");
}

async function change(dataset: string, changes: readonly object[]): Promise<void> {
  const { version } = (await server.request("GET", `/datasets/${dataset}/schema`, { as: maker })).body;
  const headers = { "if-match": `"${version}"` };
  const { status } = await server.request("PATCH", `/datasets/${dataset}/schema?confirm=true`, { as: maker, body: { changes }, headers });
  expect(status).toBe(200);
}

const history = (dataset: string, key: readonly string[], query = "", as = maker): Promise<TestResponse> =>
  server.request("GET", `/datasets/${dataset}/rows/history?key=${encodeURIComponent(JSON.stringify(key))}${query}`, { as });

/** Entries in short: version, kind, and what became of each cell. */
const told = ({ body }: TestResponse): string[] =>
  body.items.map((item: { version: number; kind: string; cells: { column: string; before: string | null; after: string | null }[] }) => {
    const cells = item.cells.map((cell) => `${cell.column} ${cell.before ?? "-"}>${cell.after ?? "-"}`);
    return `${item.version} ${item.kind}: ${cells.join(", ")}`;
  });

async function stock(name: string): Promise<string> {
  const dataset = await created(name, "sku,name,price\nA-1,Lamp,10\nA-2,Chair,20\n");
  await change(dataset, [{ kind: "keys", columns: ["sku"] }]);
  return dataset;
}

describe("the history of a row", () => {
  it("tells each version in which it differs, newest first, with who and why", async () => {
    const dataset = await stock("Told rows");
    await load(dataset, "sku,name,price\nA-1,Lamp,12\n");
    await load(dataset, "sku,name,price\nA-2,Stool,20\nA-9,Desk,5\n");
    await load(dataset, "sku,name,price\nA-1,Lantern,12\n");
    const answer = await history(dataset, ["A-1"]);
    expect(told(answer)).toEqual(["5 modified: name Lamp>Lantern", "3 modified: price 10>12", "1 added: sku ->A-1, name ->Lamp, price ->10"]);
    expect(answer.body).toMatchObject({ isWhole: true, next: null });
    expect(answer.body.items[0]).toMatchObject({ by: { name: "Mia Maker" }, operation: "loaded", change: null });
    expect(told(await history(dataset, ["A-9"]))).toEqual(["4 added: sku ->A-9, name ->Desk, price ->5"]);
  });

  it("tells one cell alone, page by page", async () => {
    const dataset = await stock("Cells");
    for (const price of [11, 12, 13]) await load(dataset, `sku,name,price\nA-1,Lamp ${price},${price > 12 ? 12 : price}\n`);
    const first = await history(dataset, ["A-1"], "&column=price&limit=1");
    expect(told(first)).toEqual(["4 modified: price 11>12"]);
    const second = await history(dataset, ["A-1"], `&column=price&limit=5&cursor=${first.body.next}`);
    expect(told(second)).toEqual(["3 modified: price 10>11", "1 added: price ->10"]);
  });

  it("follows a row that went and came back, through columns that are called otherwise", async () => {
    const dataset = await stock("Gone");
    await load(dataset, "sku,name,price\nA-2,Chair,20\n", "replace");
    await change(dataset, [{ kind: "rename", column: "name", name: "title" }]);
    expect(told(await history(dataset, ["A-1"]))).toEqual(["3 removed: sku A-1>-, name Lamp>-, price 10>-", "1 added: sku ->A-1, name ->Lamp, price ->10"]);
    const restored = await server.request("POST", `/datasets/${dataset}/versions/2/restore`, { as: maker, body: {} });
    expect(restored.status).toBe(200);
    expect(told(await history(dataset, ["A-1"]))[0]).toBe("5 added: sku ->A-1, name ->Lamp, price ->10");
  });

  it("says nothing of a row there never was, and refuses what is no key", async () => {
    const dataset = await stock("Refused");
    expect(told(await history(dataset, ["A-7"]))).toEqual([]);
    expect(await history(dataset, ["A-1", "more"])).toMatchObject({ status: 400, body: { code: "request.invalid" } });
    expect(await server.request("GET", `/datasets/${dataset}/rows/history?key=A-1`, { as: maker })).toMatchObject({ status: 400 });
    expect(await history(dataset, ["A-1"], "&column=colour")).toMatchObject({ status: 400 });
    const keyless = await created("Keyless", "a,b\n1,2\n");
    expect(await history(keyless, ["1"])).toMatchObject({ status: 409, body: { code: "dataset.no_keys" } });
  });

  it("shows every time as the reader sees it, and is logged once a version that is told", async () => {
    const dataset = await stock("Masked rows");
    await load(dataset, "sku,name,price\nA-1,Lantern,10\n");
    await load(dataset, "sku,name,price\nA-1,Lantern,99\n");
    const admin = await server.user({ roles: ["admin"] });
    const columns = (await server.request("GET", `/datasets/${dataset}/schema`, { as: maker })).body.columns;
    const fieldId = columns.find((item: { name: string }) => item.name === "name").id;
    const targets = [{ kind: "column", datasetId: dataset, fieldId }];
    const mask = { name: "Hide names", effect: "mask", subjects: [{ kind: "everyone" }], targets, mask: "redact" };
    const policy = await server.request("POST", "/policies", { as: admin, body: mask });
    expect(policy.status, JSON.stringify(policy.body)).toBe(201);
    const reader = await server.user({ roles: ["data_analyst"] });
    const ctx = await server.ctx();
    const values = { workspace_id: server.workspace.id, dataset_id: dataset, grantee_kind: "user" as const, grantee_id: reader.id, level: "viewer" as const };
    await ctx.system.tx(({ db }) => db.insertInto("dataset_grants").values(values).execute());
    const seen = await history(dataset, ["A-1"], "", reader);
    expect(JSON.stringify(seen.body)).not.toMatch(/Lamp|Lantern/);
    expect(told(seen)).toEqual(["4 modified: price 10>99", "1 added: sku ->A-1, name ->********, price ->10"]);
    const log = await server.request("GET", `/rbac/access-logs?dataset=${dataset}&action=history`, { as: admin });
    expect(log.body.items.map((item: { version: number }) => item.version).toSorted()).toEqual([1, 4]);
    const stranger = await server.user({ roles: ["data_analyst"] });
    expect((await history(dataset, ["A-1"], "", stranger)).status).toBe(404);
  });
});
