import { startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
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

async function uploaded(content: string, as = maker): Promise<string> {
  const bytes = Buffer.from(content);
  const { body } = await server.request("POST", "/uploads", { as, body: { fileName: "sent.csv", bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${body.id}?offset=0`, { as, body: bytes, headers: { "content-type": "application/octet-stream" } });
  return body.id;
}

async function created(name: string, content: string): Promise<string> {
  const { body } = await server.request("POST", "/datasets?wait=true", { as: maker, body: { name, uploadId: await uploaded(content) } });
  expect(body.batch.status).toBe("loaded");
  return body.dataset.id;
}

async function load(dataset: string, content: string, options: Readonly<Record<string, unknown>> = {}): Promise<TestResponse> {
  return server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: maker, body: { uploadId: await uploaded(content), ...options } });
}

async function rowsOf(dataset: string, more = ""): Promise<string[]> {
  const { body } = await server.request("GET", `/datasets/${dataset}/rows?limit=100${more}`, { as: maker });
  return body.rows.map((row: readonly string[]) => row.join(",")).toSorted((left: string, right: string) => left.localeCompare(right));
}

const drop = (dataset: string, batch: string, as = maker) => server.request("DELETE", `/datasets/${dataset}/batches/${batch}`, { as });
const undo = (dataset: string, batch: string) => server.request("POST", `/datasets/${dataset}/batches/${batch}/restore`, { as: maker });

describe("stopping a load", () => {
  it("is refused once it has ended, and to those who may not load", async () => {
    const dataset = await created("Ended", "id\n1\n");
    const { body } = await server.request("GET", `/datasets/${dataset}/batches`, { as: maker });
    const path = `/datasets/${dataset}/batches/${body.items[0].id}/cancel`;
    expect(codeOf(await server.request("POST", path, { as: maker }))).toBe("409 job.ended");
    const other = await server.user({ roles: ["contributor"] });
    expect(codeOf(await server.request("POST", path, { as: other }))).toBe("404 dataset.not_found");
  });
});

describe("loading into a dataset that is there", () => {
  it("appends rows as a batch of their own", async () => {
    const dataset = await created("Appended", "id,name\n1,Ada\n2,Grace\n");
    const response = await load(dataset, "name,id\nEdith,3\n", { batchDate: "2026-04-01", frequency: "daily" });
    expect(response.status).toBe(201);
    expect(response.body.batch).toMatchObject({
      status: "loaded",
      mode: "append",
      rows: 1,
      version: 2,
      schemaVersion: 1,
      date: "2026-04-01",
      frequency: "daily",
    });
    expect(await rowsOf(dataset)).toEqual(["1,Ada", "2,Grace", "3,Edith"]);
    expect(await rowsOf(dataset, `&batch_id=${response.body.batch.id}`)).toEqual(["3,Edith"]);
    expect(await rowsOf(dataset, "&version=1")).toEqual(["1,Ada", "2,Grace"]);
    const list = await server.request("GET", `/datasets/${dataset}/batches`, { as: maker });
    expect(list.body.items.map((item: { mode: string; version: number }) => [item.mode, item.version])).toEqual([
      ["append", 2],
      ["append", 1],
    ]);
  });

  it("replaces all rows", async () => {
    const dataset = await created("Replaced", "id,name\n1,Ada\n2,Grace\n");
    const response = await load(dataset, "id,name\n9,New\n", { mode: "replace" });
    expect(response.body.batch).toMatchObject({ mode: "replace", rows: 1, version: 2 });
    expect(await rowsOf(dataset)).toEqual(["9,New"]);
    expect(await rowsOf(dataset, "&version=1")).toEqual(["1,Ada", "2,Grace"]);
  });

  it("matches rows by key and tells what was new, changed and the same", async () => {
    const dataset = await created("Upserted", "id,name\n1,Ada\n2,Grace\n3,Edith\n");
    const response = await load(dataset, "id,name\n2,Hopper\n3,Edith\n4,Mary\n", { mode: "upsert", keys: ["id"] });
    expect(response.body.batch).toMatchObject({ status: "loaded", mode: "upsert", rows: 3, matched: { added: 1, updated: 1, unchanged: 1 } });
    expect(await rowsOf(dataset)).toEqual(["1,Ada", "2,Hopper", "3,Edith", "4,Mary"]);
    expect(await rowsOf(dataset, `&batch_id=${response.body.batch.id}`)).toEqual(["2,Hopper", "4,Mary"]);
  });

  it("refuses columns the dataset does not have, or adds them when asked to", async () => {
    const dataset = await created("Evolved", "id,name\n1,Ada\n");
    const content = "id,name,born,city\n2,Grace,1906-12-09,New York\n";
    const refused = await load(dataset, content);
    expect(refused.body.batch).toMatchObject({ status: "failed", error: { code: "lake.columns_mismatch" } });
    expect(await rowsOf(dataset)).toEqual(["1,Ada"]);
    const evolved = await load(dataset, content, { onNewColumns: "evolve" });
    expect(evolved.body.batch).toMatchObject({ status: "loaded", schemaVersion: 2, version: 2 });
    const { body } = await server.request("GET", `/datasets/${dataset}`, { as: maker });
    expect(body.columns.map((column: { name: string; type: string }) => [column.name, column.type])).toEqual([
      ["id", "integer"],
      ["name", "text"],
      ["born", "date"],
      ["city", "text"],
    ]);
    expect(await rowsOf(dataset)).toEqual(["1,Ada,,", "2,Grace,1906-12-09,New York"]);
    expect(await rowsOf(dataset, "&version=1")).toEqual(["1,Ada"]);
    const upserted = await load(dataset, "id,city,score\n1,London,7\n", { mode: "upsert", keys: ["id"], onNewColumns: "evolve" });
    expect(upserted.body.batch).toMatchObject({ status: "loaded", schemaVersion: 3 });
    expect(await rowsOf(dataset)).toEqual(["1,Ada,,London,7", "2,Grace,1906-12-09,New York,"]);
  });

  it("loads nothing of a file with a value that is none of its column's type", async () => {
    const dataset = await created("Strict", "id,name\n1,Ada\n");
    const { body } = await load(dataset, "id,name\n2,Grace\nthree,Edith\n");
    expect(body.batch).toMatchObject({ status: "failed", error: { code: "lake.values_mismatch" }, rows: null, version: null });
    expect(await rowsOf(dataset)).toEqual(["1,Ada"]);
  });

  it("counts every row of loads that run at once", async () => {
    const dataset = await created("Busy", "id\n0\n");
    const contents = [1, 2, 3, 4].map((number) => `id\n${number}\n`);
    const answers = await Promise.all(contents.map((content, index) => load(dataset, content, { mode: index === 0 ? "upsert" : "append", keys: ["id"] })));
    expect(answers.map(({ body }) => body.batch.status)).toEqual(["loaded", "loaded", "loaded", "loaded"]);
    expect(new Set(answers.map(({ body }) => body.batch.version)).size).toBe(4);
    expect(await rowsOf(dataset)).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("fills a dataset whose first load failed", async () => {
    const uploadId = await uploaded("\u0000\u0001\u0002");
    const first = await server.request("POST", "/datasets?wait=true", { as: maker, body: { name: "Second try", uploadId } });
    expect(first.body.batch.status).toBe("failed");
    const { body } = await load(first.body.dataset.id, "id\n1\n");
    expect(body.batch).toMatchObject({ status: "loaded", version: 1 });
    expect(await rowsOf("second%20try")).toEqual(["1"]);
  });

  it("refuses what cannot be loaded before anything runs", async () => {
    const dataset = await created("Guarded", "id,name\n1,Ada\n");
    const reader = await server.user({ roles: ["contributor"] });
    expect(codeOf(await load(dataset, "id,name\n1,Ada\n", { mode: "upsert" }))).toBe("422 batch.no_keys");
    expect(codeOf(await load(dataset, "id,name\n1,Ada\n", { mode: "upsert", keys: ["nr"] }))).toBe("400 request.invalid");
    expect(codeOf(await load(dataset, "id,name\n1,Ada\n", { mode: "merge" }))).toBe("400 request.invalid");
    const uploadId = await uploaded("id,name\n2,Eve\n", reader);
    expect(codeOf(await server.request("POST", `/datasets/${dataset}/batches`, { as: maker, body: { uploadId } }))).toBe("404 upload.not_found");
    expect(codeOf(await server.request("POST", `/datasets/${dataset}/batches`, { as: reader, body: { uploadId } }))).toBe("404 dataset.not_found");
    expect(await rowsOf(dataset)).toEqual(["1,Ada"]);
  });
});

describe("deleting a load", () => {
  it("takes exactly its rows out as a new version, and puts them back", async () => {
    const dataset = await created("Deleted", "id,name\n1,Ada\n2,Grace\n");
    const { batch } = (await load(dataset, "id,name\n1,Ada\n3,Edith\n")).body;
    const deleted = await drop(dataset, batch.id);
    expect([deleted.status, deleted.body]).toMatchObject([200, { version: 3, rows: 2, batch: { status: "deleted", deletedIn: 3 } }]);
    expect(await rowsOf(dataset)).toEqual(["1,Ada", "2,Grace"]);
    expect(await rowsOf(dataset, "&version=2")).toHaveLength(4);
    expect(codeOf(await drop(dataset, batch.id))).toBe("409 batch.not_loaded");
    const restored = await undo(dataset, batch.id);
    expect([restored.status, restored.body]).toMatchObject([200, { version: 4, rows: 2, batch: { status: "loaded", deletedIn: null } }]);
    expect(await rowsOf(dataset)).toEqual(["1,Ada", "1,Ada", "2,Grace", "3,Edith"]);
    expect(codeOf(await undo(dataset, batch.id))).toBe("409 batch.not_deleted");
    const events = await server.services.database
      .reader("system")
      .selectFrom("events")
      .select(["type", "actor_label"])
      .where("subject_id", "=", dataset)
      .where("type", "like", "dataset.batch_%")
      .orderBy("id")
      .execute();
    expect(events).toEqual(["dataset.batch_deleted", "dataset.batch_restored"].map((type) => ({ type, actor_label: "Mia Maker" })));
  });

  it("says that it cannot be undone once the dataset has changed again", async () => {
    const dataset = await created("Overtaken", "id\n1\n");
    const { batch } = (await load(dataset, "id\n2\n")).body;
    await drop(dataset, batch.id);
    await load(dataset, "id\n3\n");
    expect(codeOf(await undo(dataset, batch.id))).toBe("409 batch.overtaken");
    expect(await rowsOf(dataset)).toEqual(["1", "3"]);
  });

  it("refuses one whose rows were replaced by later loads", async () => {
    const dataset = await created("Gone", "id\n1\n");
    const { items } = (await server.request("GET", `/datasets/${dataset}/batches`, { as: maker })).body;
    await load(dataset, "id\n2\n", { mode: "replace" });
    expect(codeOf(await drop(dataset, items[0].id))).toBe("409 batch.no_rows");
  });

  it("happens once when it is asked for twice at once", async () => {
    const dataset = await created("Twice", "id\n1\n");
    const { batch } = (await load(dataset, "id\n2\n")).body;
    const answers = await Promise.all([drop(dataset, batch.id), drop(dataset, batch.id)]);
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 409]);
    expect(await rowsOf(dataset)).toEqual(["1"]);
  });

  it("is not for readers, and hides what they cannot see", async () => {
    const dataset = await created("Private", "id\n1\n");
    const { items } = (await server.request("GET", `/datasets/${dataset}/batches`, { as: maker })).body;
    const other = await server.user({ roles: ["contributor"] });
    expect(codeOf(await drop(dataset, items[0].id, other))).toBe("404 dataset.not_found");
    expect(codeOf(await drop(dataset, "bat_0123456789abcdefghjkmnpqrs"))).toBe("404 batch.not_found");
  });
});
