import { existsSync } from "node:fs";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { datasetJobs } from "@granary/core/datasets";
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

const BOUNDARY = "granary-test-boundary";

function form(fields: Readonly<Record<string, string>>, file?: { name: string; content: string | Buffer; part?: string }): Buffer {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  if (file !== undefined) {
    const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${file.part ?? "file"}"; filename="${file.name}"\r\ncontent-type: text/csv\r\n\r\n`;
    parts.push(Buffer.from(head), Buffer.from(file.content), Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

function upload(
  as: TestUser,
  fields: Readonly<Record<string, string>>,
  file?: { name: string; content: string | Buffer; part?: string },
): Promise<TestResponse> {
  return server.request("POST", "/datasets?wait=true", {
    as,
    body: form(fields, file),
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  });
}

const ORDERS = 'id,customer,amount,ordered_on,note\n00501,Ada,10.50,2026-01-31,"first, big"\n00502,Grace,7.25,2026-02-01,\n00503,Édouard,0.10,2026-02-02,""\n';

async function orders(name: string, extra: Readonly<Record<string, string>> = {}) {
  return upload(maker, { name, ...extra }, { name: "orders.csv", content: ORDERS });
}

describe("from file to rows and back", () => {
  it("imports a small file exactly, in one transaction with its events", async () => {
    const response = await orders("Orders");
    expect(response.status).toBe(201);
    expect(response.body.batch).toMatchObject({ status: "loaded", rows: 3, rejected: 0, version: 1, fileName: "orders.csv", bytes: ORDERS.length + 1 });
    expect(response.body.dataset).toMatchObject({ name: "Orders", status: "ready", rows: 3, dataVersion: 1, owner: { name: "Mia Maker" } });
    expect(response.body.dataset.columns.map((column: { name: string; type: string }) => [column.name, column.type])).toEqual([
      ["id", "text"],
      ["customer", "text"],
      ["amount", "decimal"],
      ["ordered_on", "date"],
      ["note", "text"],
    ]);
    const events = await server.services.database
      .reader("system")
      .selectFrom("events")
      .select(["type", "actor_id", "actor_label"])
      .where("subject_id", "=", response.body.dataset.id)
      .where("type", "<>", "dataset.personal_data_scanned")
      .orderBy("id")
      .execute();
    expect(events).toEqual(["dataset.created", "dataset.imported"].map((type) => ({ type, actor_id: maker.id, actor_label: "Mia Maker" })));
    const job = await server.services.database
      .reader("system")
      .selectFrom("jobs")
      .select(["state", "result"])
      .where("id", "=", response.body.jobId)
      .executeTakeFirstOrThrow();
    expect(job).toMatchObject({ state: "succeeded", result: { rows: 3, rejected: 0, version: 1 } });
  });

  it("pages through the rows with exact values", async () => {
    const first = await server.request("GET", "/datasets/orders/rows?limit=2", { as: maker });
    expect(first.body.rows).toEqual([
      ["00501", "Ada", "10.50", "2026-01-31", "first, big"],
      ["00502", "Grace", "7.25", "2026-02-01", null],
    ]);
    const second = await server.request("GET", `/datasets/orders/rows?limit=2&cursor=${encodeURIComponent(first.body.next)}`, { as: maker });
    expect(second.body).toMatchObject({ rows: [["00503", "Édouard", "0.10", "2026-02-02", ""]], next: null, dataVersion: 1 });
  });

  it("keeps rejected records with line and reason, and counts add up", async () => {
    const response = await upload(maker, { name: "Ragged" }, { name: "ragged.csv", content: "a,b\n1,2\n3\n4,5,6\n7,8\n" });
    const { rows, rejected, id } = response.body.batch;
    expect([rows, rejected]).toEqual([2, 2]);
    const rejects = await server.request("GET", `/datasets/ragged/batches/${id}/rejects`, { as: maker });
    expect(rejects.body.items.map((item: { line: number; raw: string }) => [item.line, item.raw])).toEqual([
      [3, "3"],
      [4, "4,5,6"],
    ]);
  });

  it("names a dataset after its file when the form does not", async () => {
    const response = await upload(maker, {}, { name: "monthly report.csv", content: "a\n1\n" });
    expect(response.body.dataset.name).toBe("monthly report");
  });

  it("answers at once with the job to follow when nobody waits", async () => {
    const response = await server.request("POST", "/datasets", {
      as: maker,
      body: form({ name: "Later" }, { name: "x.csv", content: "a\n1\n" }),
      headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    });
    expect(response.status).toBe(202);
    expect(response.body.dataset.status).toBe("importing");
    await expect.poll(async () => (await server.request("GET", "/datasets/later", { as: maker })).body.status, { timeout: 20_000 }).toBe("ready");
  });
});

describe("from a file that was uploaded before", () => {
  async function uploaded(content: string): Promise<string> {
    const bytes = Buffer.from(content);
    const { body } = await server.request("POST", "/uploads", { as: maker, body: { fileName: "sent.csv", bytes: bytes.length } });
    await server.request("PATCH", `/uploads/${body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
    return body.id;
  }

  it("creates a dataset once, also when asked twice, and tells where the same bytes were loaded", async () => {
    const uploadId = await uploaded("a,b\n1,x\n2,y\n");
    const ask = () =>
      server.request("POST", "/datasets?wait=true", {
        as: maker,
        body: { name: "Sent before", uploadId, batchDate: "2026-03-31", frequency: "monthly" },
        headers: { "idempotency-key": "sent-before-1" },
      });
    const first = await ask();
    expect(first.status).toBe(201);
    expect(first.body.batch).toMatchObject({ status: "loaded", rows: 2, mode: "append", date: "2026-03-31", frequency: "monthly", schemaVersion: 1 });
    expect((await ask()).body.dataset.id).toBe(first.body.dataset.id);
    const same = await server.request("GET", `/uploads/${await uploaded("a,b\n1,x\n2,y\n")}`, { as: maker });
    expect(same.body.sameAs).toMatchObject([{ dataset: { id: first.body.dataset.id, name: "Sent before" }, batchId: first.body.batch.id }]);
    expect((await server.request("DELETE", `/uploads/${uploadId}`, { as: maker })).body.code).toBe("upload.in_use");
  });

  it("names the same bytes only where the caller may see the dataset", async () => {
    const other = await server.user({ roles: ["contributor"] });
    const content = Buffer.from("a,b\n1,x\n2,y\n");
    const { body } = await server.request("POST", "/uploads", { as: other, body: { fileName: "x.csv", bytes: content.length } });
    const done = await server.request("PATCH", `/uploads/${body.id}?offset=0`, {
      as: other,
      body: content,
      headers: { "content-type": "application/octet-stream" },
    });
    expect(done.body).toMatchObject({ status: "complete", sameAs: [] });
  });

  it("refuses one that is not whole yet", async () => {
    const { body } = await server.request("POST", "/uploads", { as: maker, body: { fileName: "x.csv", bytes: 10 } });
    const response = await server.request("POST", "/datasets", { as: maker, body: { name: "Too early", uploadId: body.id } });
    expect([response.status, response.body.code]).toEqual([409, "upload.not_complete"]);
  });
});

describe("bad uploads", () => {
  it.each([
    ["no file", { name: "A" }, undefined, "400 upload.missing_file"],
    ["an empty file", { name: "B" }, { name: "b.csv", content: "" }, "400 upload.empty"],
    ["a file under another field", { name: "C" }, { name: "c.csv", content: "a\n1\n", part: "document" }, "400 upload.missing_file"],
    ["unknown fields", { name: "D", colour: "red" }, { name: "d.csv", content: "a\n1\n" }, "400 request.invalid"],
    ["a taken name", { name: "orders" }, { name: "e.csv", content: "a\n1\n" }, "409 dataset.name_taken"],
  ])("refuses %s and leaves no file behind", async (_what, fields, file, expected) => {
    const before = (await readdir(join(server.services.config.dataDir, "uploads"))).length;
    const response = await upload(maker, fields as unknown as Record<string, string>, file);
    expect(`${response.status} ${response.body.code}`).toBe(expected);
    expect((await readdir(join(server.services.config.dataDir, "uploads"))).length).toBe(before);
  });

  it.each([
    ["without an upload", { name: "x" }, "400 request.invalid"],
    ["with an upload nobody sent", { name: "x", uploadId: "upl_0123456789abcdefghjkmnpqrs" }, "404 upload.not_found"],
    ["with more text than fields can have", { name: "x", description: "a".repeat(2_000_000) }, "413 request.too_large"],
  ])("refuses JSON %s", async (_what, body, expected) => {
    const response = await server.request("POST", "/datasets", { as: maker, body });
    expect(`${response.status} ${response.body.code}`).toBe(expected);
  });

  it("refuses what is neither a form nor JSON", async () => {
    const response = await server.request("POST", "/datasets", { as: maker, body: "name=x", headers: { "content-type": "text/plain" } });
    expect([response.status, response.body.code]).toEqual([415, "request.unsupported_media"]);
  });

  it("ends the import of a file that is no text with a named failure", async () => {
    const response = await upload(maker, { name: "Binary" }, { name: "x.csv", content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3]) });
    expect(response.status).toBe(201);
    expect(response.body.batch).toMatchObject({ status: "failed", error: { code: "file.kind_unsupported" }, rows: null });
    expect(response.body.dataset.status).toBe("failed");
    expect((await server.request("GET", "/datasets/binary/rows", { as: maker })).body.code).toBe("dataset.not_ready");
  });
});

describe("access", () => {
  it("demands a sign-in and the permission", async () => {
    expect((await server.request("GET", "/datasets")).status).toBe(401);
    const viewer = await server.user({ roles: ["viewer"] });
    expect((await upload(viewer, { name: "No" }, { name: "x.csv", content: "a\n1\n" })).body.code).toBe("access.denied");
  });

  it("hides a private dataset from everyone but its owner and administrators", async () => {
    const viewer = await server.user({ roles: ["data_analyst"] });
    for (const path of ["/datasets/orders", "/datasets/orders/rows", "/datasets/orders/download", "/datasets/orders/batches"]) {
      const response = await server.request("GET", path, { as: viewer });
      expect([path, response.status, response.body.code]).toEqual([path, 404, "dataset.not_found"]);
    }
    expect((await server.request("GET", "/datasets", { as: viewer })).body.items).toEqual([]);
    expect((await server.request("GET", "/datasets/orders", { as: server.admin })).status).toBe(200);
  });

  it("shows a public dataset to readers of the workspace, who may not change it", async () => {
    await orders("Open orders", { visibility: "workspace" });
    const viewer = await server.user({ roles: ["viewer"] });
    const response = await server.request("GET", "/datasets/open orders", { as: viewer });
    expect(response.body.can).toEqual({ update: false, delete: false, download: false, share: false });
    expect((await server.request("DELETE", "/datasets/open orders", { as: viewer })).status).toBe(403);
    expect((await server.request("GET", "/datasets/open orders/download", { as: viewer })).body.detail).toContain("dataset:download");
  });

  it("keeps workspaces apart", async () => {
    const other = await server.newWorkspace();
    const stranger = await server.user({ workspace: other, roles: ["admin"] });
    expect((await server.request("GET", "/datasets/open orders", { as: stranger })).status).toBe(404);
    expect((await server.request("GET", "/datasets", { as: stranger })).body.items).toEqual([]);
  });

  it("honours a grant to a person or a group", async () => {
    const person = await server.user({ roles: ["viewer"] });
    const { id } = (await server.request("GET", "/datasets/orders", { as: maker })).body;
    await server.services.database.tx({ workspaceId: server.workspace.id }, (tx) =>
      tx
        .insertInto("dataset_grants")
        .values({ workspace_id: server.workspace.id, dataset_id: id, grantee_kind: "user", grantee_id: person.id, level: "viewer" })
        .execute(),
    );
    expect((await server.request("GET", "/datasets/orders/rows", { as: person })).body.rows).toHaveLength(3);
    expect((await server.request("GET", "/datasets", { as: person })).body.items.map((item: { name: string }) => item.name)).toContain("Orders");
  });
});

describe("a dataset whose owner left", () => {
  it("stays readable and is in the administrators' hands", async () => {
    const leaver = await server.user({ roles: ["contributor"] });
    await upload(leaver, { name: "Legacy", visibility: "workspace" }, { name: "x.csv", content: "a\n1\n" });
    expect((await server.request("DELETE", `/users/${leaver.id}`, { as: server.admin })).status).toBeLessThan(300);
    const response = await server.request("GET", "/datasets/legacy", { as: maker });
    expect(response.body).toMatchObject({ owner: null, rows: 1 });
    expect((await server.request("GET", "/datasets/legacy", { as: server.admin })).body.can.delete).toBe(true);
  });
});

describe("trash", () => {
  it("hides a dataset, frees its name, and brings it back", async () => {
    await orders("Passing");
    expect((await server.request("DELETE", "/datasets/passing", { as: maker })).status).toBe(204);
    expect((await server.request("GET", "/datasets/passing", { as: maker })).status).toBe(404);
    const restored = await server.request("POST", "/datasets/passing/restore", { as: maker });
    expect(restored.body).toMatchObject({ name: "Passing", status: "ready", rows: 3 });
    expect((await server.request("DELETE", "/datasets/passing", { as: maker })).status).toBe(204);
    await orders("Passing");
    expect((await server.request("POST", "/datasets/passing/restore", { as: maker })).body.code).toBe("dataset.name_taken");
  });
});

describe("files that crashes left behind", () => {
  it("are swept after a day, and nothing else", async () => {
    await orders("Kept");
    const { dataDir } = server.services.config;
    const age = async (path: string) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, "left behind");
      await utimes(path, new Date(0), new Date(0));
    };
    const old = ["uploads/upl_cut.part", "uploads/upl_whole", "tmp/half.csv", `lake/${server.workspace.id}/ds_gone-x/data/orphan.parquet`].map((path) =>
      join(dataDir, path),
    );
    for (const path of old) await age(path);
    for (const name of await readdir(join(dataDir, "uploads"))) await utimes(join(dataDir, "uploads", name), new Date(0), new Date(0));
    const fresh = join(dataDir, "uploads", "upl_new.part");
    await writeFile(fresh, "arriving");
    const handler = datasetJobs["maintenance.files"];
    expect(await handler(await server.ctx())).toEqual({ uploads: 2, downloads: 1, tableFiles: 1 });
    expect([...old, fresh].map((path) => existsSync(path))).toEqual([false, false, false, false, true]);
    expect((await server.request("GET", "/datasets/kept/rows", { as: maker })).body.rows).toHaveLength(3);
  });
});
