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

const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const request = (method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: object, as = maker) =>
  server.request(method, `/datasets/${path}`, { as, ...(body === undefined ? {} : { body }) });
const get = (dataset: string, path: string, as = maker) => request("GET", `${dataset}${path}`, undefined, as);

async function created(name: string, content = "sku,name\nA-1,Lamp\nA-2,Chair\n"): Promise<string> {
  const { body } = await server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name }, { name: "stock.csv", content }) });
  expect(body.batch?.status).toBe("loaded");
  return body.dataset.id;
}

async function load(dataset: string, content: string, options: Readonly<Record<string, unknown>> = {}): Promise<TestResponse["body"]> {
  const bytes = Buffer.from(content);
  const upload = await server.request("POST", "/uploads", { as: maker, body: { fileName: "more.csv", bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${upload.body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
  const { body } = await request("POST", `${dataset}/batches?wait=true`, { uploadId: upload.body.id, ...options });
  expect(body.batch?.status).toBe("loaded");
  return body.batch;
}

async function change(dataset: string, changes: readonly object[], query = "?confirm=true"): Promise<TestResponse["body"]> {
  const { version } = (await get(dataset, "/schema")).body;
  const response = await server.request("PATCH", `/datasets/${dataset}/schema${query}`, {
    as: maker,
    body: { changes },
    headers: { "if-match": `"${version}"` },
  });
  expect(response.status).toBe(200);
  return response.body;
}

async function rowsOf(dataset: string, query = ""): Promise<string[]> {
  const { body } = await get(dataset, `/rows?limit=100${query}`);
  return body.rows.map((row: readonly (string | null)[]) => row.map((cell) => cell ?? "-").join(",")).toSorted();
}

async function grant(dataset: string, user: TestUser, level: "viewer" | "contributor"): Promise<void> {
  const ctx = await server.ctx();
  const values = { workspace_id: server.workspace.id, dataset_id: dataset, grantee_kind: "user" as const, grantee_id: user.id, level };
  await ctx.system.tx(({ db }) => db.insertInto("dataset_grants").values(values).execute());
}

describe("the versions of a dataset", () => {
  it("tell who made them, how, and what came and went, newest first", async () => {
    const dataset = await created("Told");
    const batch = await load(dataset, "sku,name\nA-3,Desk\n");
    await load(dataset, "sku,name\nA-1,Lantern\nA-4,Stool\n", { mode: "upsert", keys: ["sku"] });
    await request("DELETE", `${dataset}/batches/${batch.id}`);
    await change(dataset, [{ kind: "rename", column: "name", name: "title" }]);
    const { body } = await get(dataset, "/versions");
    const seen = body.items.map((item: Record<string, unknown>) => [
      item["number"],
      item["operation"],
      item["rows"],
      item["added"],
      item["removed"],
      item["replaced"],
    ]);
    expect(seen).toEqual([
      [5, "schema_changed", 3, 0, 0, 0],
      [4, "batch_deleted", 3, 0, 1, 0],
      [3, "loaded", 4, 1, 0, 1],
      [2, "loaded", 3, 1, 0, 0],
      [1, "loaded", 2, 2, 0, 0],
    ]);
    expect(body.items[1]).toMatchObject({
      by: { name: "Mia Maker" },
      batch: { id: batch.id, fileName: "more.csv" },
      names: [],
      isKept: true,
      isNewest: false,
      schemaVersion: 1,
    });
    expect(body.items[0]).toMatchObject({ isNewest: true, schemaVersion: 2, can: { name: true, restore: false } });
    const first = await get(dataset, "/versions?limit=3");
    const rest = await get(dataset, `/versions?limit=3&cursor=${first.body.next}`);
    expect([...first.body.items, ...rest.body.items].map((item: { number: number }) => item.number)).toEqual([5, 4, 3, 2, 1]);
    expect(rest.body.next).toBeNull();
    expect((await get(dataset, "/versions/2")).body).toMatchObject({ number: 2, rows: 3 });
    expect(codeOf(await get(dataset, "/versions/9"))).toBe("404 dataset.version_not_found");
  });

  it("are none before the first load", async () => {
    const { body } = await server.request("POST", "/datasets?wait=true", {
      as: maker,
      ...multipartForm({ name: "Unloaded" }, { name: "junk.csv", content: "\u0000\u0001\u0002" }),
    });
    expect((await get(body.dataset.id, "/versions")).body).toEqual({ items: [], next: null });
    expect(codeOf(await get(body.dataset.id, "/versions/1"))).toBe("409 dataset.not_ready");
    expect(codeOf(await get(body.dataset.id, "/schema"))).toBe("409 dataset.not_ready");
    expect((await get(body.dataset.id, "/schema/history")).body).toEqual({ items: [], next: null });
  });

  it("get names, which read them and stay with them", async () => {
    const dataset = await created("Named");
    await load(dataset, "sku,name\nA-3,Desk\n");
    const named = await request("PUT", `${dataset}/versions/1/name`, { name: "as delivered" });
    expect([named.status, named.body.names]).toEqual([200, ["as delivered"]]);
    expect(await rowsOf(dataset, "&version=as%20delivered")).toEqual(["A-1,Lamp", "A-2,Chair"]);
    expect(codeOf(await request("PUT", `${dataset}/versions/2/name`, { name: "As Delivered" }))).toBe("409 version.name_taken");
    const renamed = await request("PUT", `${dataset}/versions/as%20delivered/name`, { name: "v1.0" });
    expect(renamed.body).toMatchObject({ number: 1, names: ["v1.0"] });
    expect(codeOf(await get(dataset, "/rows?version=as%20delivered"))).toBe("404 dataset.version_not_found");
    expect((await request("PUT", `${dataset}/versions/1/name`, { name: "V1.0" })).body.names).toEqual(["V1.0"]);
    const bare = await request("DELETE", `${dataset}/versions/1/name`);
    expect([bare.status, bare.body.names]).toEqual([200, []]);
    expect(codeOf(await request("DELETE", `${dataset}/versions/1/name`))).toBe("409 version.not_named");
    const ctx = await server.ctx();
    const events = await ctx.system.db.selectFrom("events").select(["type", "data"]).where("subject_id", "=", dataset).orderBy("id").execute();
    expect(events.filter(({ type }) => type.endsWith("named")).map(({ type, data }) => [type, data])).toEqual([
      ["dataset.version_named", { version: 1, name: "as delivered", before: null }],
      ["dataset.version_named", { version: 1, name: "v1.0", before: "as delivered" }],
      ["dataset.version_named", { version: 1, name: "V1.0", before: "v1.0" }],
      ["dataset.version_unnamed", { version: 1, names: ["V1.0"] }],
    ]);
  });

  it.each(["", "  ", "12", "2026-01-01T00:00:00Z", "a/b", "main", "x".repeat(101)])("refuse the name %j", async (name) => {
    const list = await server.request("GET", "/datasets?q=unnamed", { as: maker });
    const dataset = list.body.items[0]?.id ?? (await created("Unnamed"));
    expect(codeOf(await request("PUT", `${dataset}/versions/1/name`, { name }))).toBe("400 request.invalid");
  });

  it("say plainly when they are not kept any more, while named ones are", async () => {
    const dataset = await created("Expired");
    await load(dataset, "sku,name\nA-3,Desk\n");
    await load(dataset, "sku,name\nA-4,Stool\n");
    await request("PUT", `${dataset}/versions/2/name`, { name: "kept" });
    const ctx = await server.ctx();
    const ref = { workspaceId: server.workspace.id, tableName: dataset };
    await ctx.system.tx((ctx) =>
      ctx.services.lake.setProperties(ctx.db, ref, { set: { "history.expire.max-snapshot-age-ms": "1", "history.expire.min-snapshots-to-keep": "1" } }),
    );
    const transaction = <T>(work: (db: never) => Promise<T>): Promise<T> => ctx.system.tx((ctx) => work(ctx.db as never));
    await ctx.services.lake.maintain({ ...ref, transaction: transaction as never });
    const { body } = await get(dataset, "/versions");
    expect(body.items.map((item: Record<string, unknown>) => [item["number"], item["isKept"], item["can"]])).toEqual([
      [3, true, { name: true, restore: false }],
      [2, true, { name: true, restore: true }],
      [1, false, { name: false, restore: false }],
    ]);
    for (const response of [await get(dataset, "/rows?version=1"), await request("POST", `${dataset}/versions/1/restore`, {})])
      expect([codeOf(response), response.body.detail]).toEqual(["404 lake.snapshot_not_found", "This version is not kept any more."]);
    expect(codeOf(await request("PUT", `${dataset}/versions/1/name`, { name: "late" }))).toBe("404 lake.snapshot_not_found");
  });
});

describe("restoring a version", () => {
  it("brings its rows back as a new version, which can be undone", async () => {
    const dataset = await created("Restored");
    const second = await load(dataset, "sku,name\nA-3,Desk\n");
    await request("DELETE", `${dataset}/batches/${second.id}`);
    const restored = await request("POST", `${dataset}/versions/2/restore`, { reason: "deleted by mistake" });
    expect([restored.status, restored.body]).toMatchObject([
      200,
      { number: 4, operation: "restored", restoredFrom: 2, reason: "deleted by mistake", rows: 3, schemaVersion: 1, isNewest: true },
    ]);
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp", "A-2,Chair", "A-3,Desk"]);
    expect((await get(dataset, `/batches/${second.id}`)).body).toMatchObject({ status: "loaded", deletedIn: null });
    const undone = await request("POST", `${dataset}/versions/3/restore`, {});
    expect(undone.body).toMatchObject({ number: 5, restoredFrom: 3 });
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp", "A-2,Chair"]);
    expect((await get(dataset, `/batches/${second.id}`)).body).toMatchObject({ status: "deleted" });
    expect(codeOf(await request("POST", `${dataset}/batches/${second.id}/restore`))).toBe("409 batch.overtaken");
    expect(codeOf(await request("POST", `${dataset}/versions/5/restore`, {}))).toBe("409 version.is_newest");
    const first = await request("POST", `${dataset}/versions/1/restore`, {});
    expect(first.body.number).toBe(6);
    expect((await get(dataset, `/batches/${second.id}`)).body).toMatchObject({ status: "deleted" });
    const ctx = await server.ctx();
    const events = await ctx.system.db
      .selectFrom("events")
      .select("data")
      .where("subject_id", "=", dataset)
      .where("type", "=", "dataset.version_restored")
      .execute();
    expect(events.map(({ data }) => data)).toContainEqual({ from: 2, version: 4, schemaVersion: 1, reason: "deleted by mistake" });
  });

  it("brings columns, rules and keys of its time back too", async () => {
    const dataset = await created("Reshaped");
    await change(dataset, [
      { kind: "drop", column: "name" },
      { kind: "rename", column: "sku", name: "number" },
      { kind: "add", name: "size", type: "long" },
      { kind: "keys", columns: ["sku"] },
    ]);
    await load(dataset, "number,size\nA-3,7\n");
    const restored = await request("POST", `${dataset}/versions/1/restore`, {});
    expect(restored.body).toMatchObject({ number: 4, rows: 2, schemaVersion: 3 });
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp", "A-2,Chair"]);
    expect((await get(dataset, "/schema")).body).toMatchObject({
      version: 3,
      keys: [],
      columns: [
        { id: 1, name: "sku", required: false },
        { id: 2, name: "name" },
      ],
    });
    expect(await load(dataset, "sku,name\nA-1,Twin\n")).toMatchObject({ rows: 1, rejected: 0 });
    const again = await request("POST", `${dataset}/versions/3/restore`, {});
    expect(again.body).toMatchObject({ number: 6, rows: 3, schemaVersion: 4 });
    expect(await rowsOf(dataset)).toEqual(["A-1,-", "A-2,-", "A-3,7"]);
    expect((await get(dataset, "/schema")).body).toMatchObject({ keys: ["number"] });
    expect(await load(dataset, "number,size\nA-1,9\nA-4,8\n")).toMatchObject({ rows: 1, rejected: 1 });
    const { body } = await get(dataset, "/schema/history");
    expect(body.items.map((item: { version: number }) => item.version)).toEqual([4, 3, 2, 1]);
  });

  it("is for contributors; for owners where columns would change", async () => {
    const dataset = await created("Levels");
    await load(dataset, "sku,name\nA-3,Desk\n");
    const viewer = await server.user({ roles: ["contributor"] });
    const contributor = await server.user({ roles: ["contributor"] });
    const stranger = await server.user({ roles: ["contributor"] });
    await grant(dataset, viewer, "viewer");
    await grant(dataset, contributor, "contributor");
    const restore = (version: number, as: TestUser) => request("POST", `${dataset}/versions/${version}/restore`, {}, as);
    const name = (as: TestUser) => request("PUT", `${dataset}/versions/1/name`, { name: "first" }, as);
    expect((await get(dataset, "/versions", viewer)).body.items[1].can).toEqual({ name: false, restore: false });
    expect((await get(dataset, "/diff?from=1", viewer)).status).toBe(200);
    expect([codeOf(await restore(1, viewer)), codeOf(await name(viewer))]).toEqual(["403 access.denied", "403 access.denied"]);
    for (const response of [
      await restore(1, stranger),
      await name(stranger),
      await get(dataset, "/versions", stranger),
      await get(dataset, "/diff?from=1", stranger),
    ])
      expect(codeOf(response)).toBe("404 dataset.not_found");
    expect([(await restore(1, contributor)).status, (await name(contributor)).status]).toEqual([200, 200]);
    await change(dataset, [{ kind: "rename", column: "name", name: "title" }]);
    expect((await get(dataset, "/versions/1", contributor)).body.can).toEqual({ name: true, restore: false });
    expect(codeOf(await restore(1, contributor))).toBe("403 access.denied");
    expect((await get(dataset, "/versions")).body.items[0].number).toBe(4);
    expect((await restore(1, maker)).status).toBe(200);
  });
});

describe("comparing versions", () => {
  it("tells what was added, removed and changed by key, a page at a time", async () => {
    const dataset = await created("Compared", "sku,name,price\nA-1,Lamp,1\nA-2,Chair,2\nA-3,Desk,3\n");
    await change(dataset, [{ kind: "keys", columns: ["sku"] }]);
    await load(dataset, "sku,name,price\nA-1,Lamp,1\nA-2,Stool,5\nA-4,Sofa,4\n", { mode: "replace" });
    await change(dataset, [{ kind: "rename", column: "name", name: "title" }]);
    const { status, body } = await get(dataset, "/diff?from=1&to=4");
    expect([status, body]).toMatchObject([
      200,
      {
        from: { number: 1, rows: 3 },
        to: { number: 4, rows: 3 },
        keys: ["sku"],
        added: 1,
        removed: 1,
        modified: 1,
        unchanged: 1,
        columnChanges: [{ kind: "renamed", column: "title", from: "name", to: "title" }],
        changes: [
          { kind: "modified", old: ["A-2", "Chair", "2"], new: ["A-2", "Stool", "5"], changed: [false, true, true] },
          { kind: "removed", old: ["A-3", "Desk", "3"], new: null },
          { kind: "added", old: null, new: ["A-4", "Sofa", "4"] },
        ],
        next: null,
      },
    ]);
    expect(body.changedCells).toEqual(expect.arrayContaining([{ column: "title", rows: 1 }]));
    const first = await get(dataset, "/diff?from=1&limit=2");
    const rest = await get(dataset, `/diff?from=1&limit=2&cursor=${first.body.next}`);
    expect([first.body.changes.length, rest.body.changes.length, rest.body.next]).toEqual([2, 1, null]);
    const added = await get(dataset, "/diff?from=1&kind=added");
    expect(added.body.changes.map((item: { kind: string }) => item.kind)).toEqual(["added"]);
    expect((await get(dataset, "/diff?from=4&to=4")).body).toMatchObject({ added: 0, removed: 0, modified: 0, changes: [] });
    expect(codeOf(await get(dataset, "/diff"))).toBe("400 request.invalid");
    expect(codeOf(await get(dataset, "/diff?from=17"))).toBe("404 dataset.version_not_found");
  });

  it("compares whole rows where there are no keys, and shows dropped columns", async () => {
    const dataset = await created("Keyless");
    await change(dataset, [
      { kind: "drop", column: "name" },
      { kind: "add", name: "name", type: "long" },
    ]);
    const { body } = await get(dataset, "/diff?from=1");
    expect(body.columns.map((column: { name: string }) => column.name)).toEqual(["sku", "name", "name (version 1)"]);
    expect(body).toMatchObject({ keys: [], modified: 0, columnChanges: [{ kind: "added" }, { kind: "dropped" }] });
  });
});
