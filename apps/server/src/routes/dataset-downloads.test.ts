import { existsSync } from "node:fs";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { datasetJobs } from "@granary/core/datasets";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;

const ORDERS =
  'id,customer,amount,ordered_on,note\n00501,Ada,10.50,2026-01-31,"first, big"\n00502,Grace,7.25,2026-02-01,\n00503,Édouard,0.10,2026-02-02,=1+1\n';

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
  const loaded = await server.request("POST", "/datasets?wait=true", {
    as: maker,
    ...multipartForm({ name: "Orders" }, { name: "orders.csv", content: ORDERS }),
  });
  if (loaded.body.batch?.rows !== 3) throw new Error(loaded.text);
});
afterAll(() => server[Symbol.asyncDispose]());

const download = (query: Readonly<Record<string, string>> = {}) =>
  server.request("GET", `/datasets/orders/download?${new URLSearchParams(query)}`, { as: maker });

const registered = async (id: string) => (await server.request("GET", `/downloads/${id}`, { as: maker })).body;

const eventsOf = async (id: string) =>
  (await server.services.database.reader("system").selectFrom("events").select("data").where("type", "=", "dataset.downloaded").execute())
    .map((event) => event.data as { downloadId: string })
    .filter((data) => data.downloadId === id);

/** The parts of a small archive by name. */
function unzip(bytes: Buffer): Map<string, string> {
  const parts = new Map<string, string>();
  const end = bytes.length - 22;
  for (let [at, left] = [bytes.readUInt32LE(end + 16), bytes.readUInt16LE(end + 10)]; left > 0; left -= 1) {
    const [packed, nameLength, extraLength, offset] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt32LE(at + 42),
    ];
    const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    parts.set(bytes.subarray(at + 46, at + 46 + nameLength).toString(), inflateRawSync(bytes.subarray(start, start + packed)).toString());
    at += 46 + nameLength + extraLength;
  }
  return parts;
}

const listed = async (path: string, as = maker) => (await server.request("GET", path, { as })).body.items;

describe("the register of downloads", () => {
  it("is searched by id, dataset and file", async () => {
    const id = String((await download({ columns: '["id"]' })).headers["granary-download-id"]);
    const [own] = await listed(`/downloads?q=${id}`);
    expect(own).toMatchObject({ id, dataset: { name: "Orders" }, query: null, by: { name: "Mia Maker" }, columns: ["id"], rows: 3, dataVersion: 1 });
    expect((await listed("/downloads?q=ORD")).length).toBeGreaterThan(0);
    expect(await listed("/downloads?q=nothing%25")).toEqual([]);
    expect(await listed(`/downloads?q=${id}`, server.admin)).toEqual([]);
  });

  it("tells owners of a dataset who took what out of it, and nobody else", async () => {
    const dataset = (await server.request("GET", "/datasets/orders", { as: maker })).body.id;
    const reader = await server.user({ roles: ["data_analyst"], name: "Rita Reader" });
    await server.request("POST", `/datasets/${dataset}/permissions`, { as: maker, body: { email: reader.email, level: "viewer" } });
    const taken = await server.request("GET", "/datasets/orders/download?format=ndjson", { as: reader });
    const path = `/datasets/${dataset}/downloads`;
    const [newest] = await listed(path);
    expect(newest).toMatchObject({ id: taken.headers["granary-download-id"], by: { name: "Rita Reader" }, format: "ndjson" });
    expect((await listed(`${path}?q=rita`)).map((item: { id: string }) => item.id)).toEqual([newest.id]);
    expect((await server.request("GET", path, { as: reader })).body.code).toBe("access.denied");
    expect((await server.request("GET", path, { as: await server.user({ roles: ["data_analyst"] }) })).body.code).toBe("dataset.not_found");
  });

  it("has results of queries, of which owners learn only that their dataset was read", async () => {
    const dataset = (await server.request("GET", "/datasets/orders", { as: maker })).body.id;
    const sql = "SELECT customer AS secret_name FROM orders";
    const { body } = await server.request("POST", "/sql/queries", { as: server.admin, body: { sql } });
    const file = await server.request("GET", `/sql/queries/${body.query.id}/download?format=csv&bom=true`, { as: server.admin });
    const id = file.headers["granary-download-id"];
    const [own] = await listed(`/downloads?q=${String(id)}`, server.admin);
    expect(own).toMatchObject({
      id,
      dataset: null,
      dataVersion: null,
      query: { id: body.query.id, label: sql, datasets: [{ id: dataset, name: "Orders", version: 1 }] },
      status: "streamed",
      rows: 3,
      bytes: file.bytes.length,
      columns: ["secret_name"],
    });
    const [told] = await listed(`/datasets/${dataset}/downloads`);
    expect(told).toMatchObject({ id, by: { name: "Ada Admin" }, query: { id: null, label: null, datasets: [{ name: "Orders" }] }, columns: [] });
    expect(await listed(`/datasets/${dataset}/downloads?q=secret_name`)).toEqual([]);
    expect((await server.request("GET", `/downloads/${String(id)}/file`, { as: server.admin })).body.code).toBe("download.expired");
  });
});

const bytesOf = async (path: string): Promise<Buffer> => (await server.request("GET", path, { as: maker })).bytes;

describe("a file that is sent as it is written", () => {
  it("holds what was uploaded, is registered under the id it carries, and leaves no copy", async () => {
    const response = await download();
    const id = String(response.headers["granary-download-id"]);
    expect(response.text.replaceAll("\r\n", "\n")).toBe(ORDERS);
    expect(response.headers["content-disposition"]).toBe(`attachment; filename="Orders-v1-${id}.csv"`);
    await expect.poll(() => registered(id)).toMatchObject({ rows: 3, bytes: Buffer.byteLength(response.text) });
    expect(await registered(id)).toMatchObject({
      status: "streamed",
      format: "csv",
      dataVersion: 1,
      filter: null,
      columns: ["id", "customer", "amount", "ordered_on", "note"],
      dataset: { name: "Orders" },
    });
    expect(await eventsOf(id)).toEqual([{ downloadId: id, version: 1, format: "csv", columns: ["id", "customer", "amount", "ordered_on", "note"] }]);
    await expect.poll(async () => (await readdir(join(server.services.config.dataDir, "tmp"))).filter((name) => name.startsWith("dow_"))).toEqual([]);
  });

  it("holds the rows and columns asked for, in the order asked for", async () => {
    const filter = { column: "amount", op: "lt", value: "10" };
    const response = await download({ filter: JSON.stringify(filter), columns: "customer,amount", sort: "-amount" });
    expect(response.text).toBe("customer,amount\r\nGrace,7.25\r\nÉdouard,0.10\r\n");
    expect(await registered(String(response.headers["granary-download-id"]))).toMatchObject({ filter, columns: ["customer", "amount"], sort: "-amount" });
  });

  it("is CSV as a spreadsheet of another country wants it", async () => {
    const response = await download({ delimiter: "semicolon", bom: "true", spreadsheetSafe: "true", header: "false", columns: "customer,note", sort: "id" });
    expect(response.text).toBe("\uFEFFAda;first, big\r\nGrace;\r\nÉdouard;'=1+1\r\n");
    expect(response.headers["content-type"]).toBe("text/csv; charset=utf-8; header=absent");
  });

  it("is JSON, or an object a line", async () => {
    const rows = [
      { id: "00501", amount: 10.5 },
      { id: "00502", amount: 7.25 },
      { id: "00503", amount: 0.1 },
    ];
    expect(JSON.parse((await download({ format: "json", columns: "id,amount", sort: "id" })).text)).toEqual(rows);
    const lines = (await bytesOf("/datasets/orders/download?format=ndjson&columns=id,amount&sort=id")).toString().trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  });

  it("is Parquet", async () => {
    const bytes = await bytesOf("/datasets/orders/download?format=parquet");
    expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
  });

  it("is a workbook that keeps identifiers as texts and dates as dates", async () => {
    const parts = unzip(await bytesOf("/datasets/orders/download?format=xlsx&sort=id"));
    expect([...parts.keys()]).toContain("[Content_Types].xml");
    const sheet = parts.get("xl/worksheets/sheet1.xml") ?? "";
    expect(sheet).toContain('<c r="A2" t="inlineStr"><is><t xml:space="preserve">00501</t></is></c>');
    expect(sheet).toContain('<c r="C2"><v>10.50</v></c><c r="D2" s="1"><v>46053</v></c>');
    expect(sheet).toContain('<c r="E4" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>');
    expect(sheet).not.toContain('r="E3"');
    expect(parts.get("docProps/core.xml")).toMatch(/<dc:identifier>dow_\w+</);
  });

  it("is not begun when it cannot be", async () => {
    const response = await download({ filter: JSON.stringify({ column: "amount", op: "gt", value: "much" }) });
    expect([response.status, response.body.errors[0].path]).toEqual([400, "query.filter.value"]);
    expect((await download({ version: "7" })).body.code).toBe("dataset.version_not_found");
  });
});

describe("a file that a job makes", () => {
  const ask = async (body: object) => server.request("POST", "/datasets/orders/downloads", { as: maker, body });
  const ready = async (body: object) => {
    const { id } = (await ask(body)).body;
    await expect.poll(async () => (await registered(id)).status, { timeout: 20_000 }).toBe("ready");
    return String(id);
  };

  it("waits to be fetched, and tells its owner so", async () => {
    const asked = await ask({ format: "csv", bom: true, filter: { column: "customer", op: "eq", value: "Ada" }, columns: "id,customer" });
    expect([asked.status, asked.body.status]).toEqual([202, "waiting"]);
    const { id } = asked.body;
    await expect.poll(async () => (await registered(id)).status, { timeout: 20_000 }).toBe("ready");
    expect(await registered(id)).toMatchObject({ rows: 1, dataVersion: 1, error: null });
    const file = await server.request("GET", `/downloads/${id}/file`, { as: maker });
    expect(file.text).toBe("\uFEFFid,customer\r\n00501,Ada\r\n");
    expect(file.headers["granary-download-id"]).toBe(id);
    expect(await eventsOf(id)).toHaveLength(1);
    const told = (await server.request("GET", "/notifications", { as: maker })).body.items.filter((item: { kind: string }) => item.kind === "download.ready");
    expect(told).toHaveLength(1);
    expect((await server.request("GET", "/downloads", { as: maker })).body.items[0].id).toBe(id);
  });

  it("is nobody else's, not even an administrator's", async () => {
    const id = await ready({});
    for (const path of [`/downloads/${id}`, `/downloads/${id}/file`]) {
      expect((await server.request("GET", path, { as: server.admin })).body.code).toBe("download.not_found");
    }
    expect((await server.request("DELETE", `/downloads/${id}`, { as: server.admin })).status).toBe(404);
  });

  it("is not given out any more when access was taken away", async () => {
    const reader = await server.user({ roles: ["data_analyst"] });
    const { id: datasetId } = (await server.request("GET", "/datasets/orders", { as: maker })).body;
    const grant = { workspace_id: server.workspace.id, dataset_id: datasetId, grantee_kind: "user" as const, grantee_id: reader.id, level: "viewer" as const };
    await server.services.database.tx({ workspaceId: server.workspace.id }, (tx) => tx.insertInto("dataset_grants").values(grant).execute());
    const { id } = (await server.request("POST", "/datasets/orders/downloads", { as: reader, body: {} })).body;
    const status = async () => (await server.request("GET", `/downloads/${id}`, { as: reader })).body.status;
    await expect.poll(status, { timeout: 20_000 }).toBe("ready");
    await server.services.database.tx({ workspaceId: server.workspace.id }, (tx) =>
      tx.deleteFrom("dataset_grants").where("grantee_id", "=", reader.id).execute(),
    );
    expect((await server.request("GET", `/downloads/${id}/file`, { as: reader })).body.code).toBe("dataset.not_found");
  });

  it("is removed by its owner, and stays registered", async () => {
    const id = await ready({ format: "json" });
    const path = join(server.services.config.dataDir, "downloads", id);
    expect(existsSync(path)).toBe(true);
    expect((await server.request("DELETE", `/downloads/${id}`, { as: maker })).status).toBe(204);
    expect(existsSync(path)).toBe(false);
    expect((await server.request("GET", `/downloads/${id}/file`, { as: maker })).body.code).toBe("download.expired");
    expect((await registered(id)).status).toBe("expired");
  });

  it("is swept when it has expired, and others are not", async () => {
    const [old, fresh] = [await ready({}), await ready({})];
    const pathOf = (id: string) => join(server.services.config.dataDir, "downloads", id);
    for (const id of [old, fresh]) await utimes(pathOf(id), new Date(0), new Date(0));
    await server.services.database.tx("system", (tx) =>
      tx
        .updateTable("downloads")
        .set({ expires_at: new Date(0) })
        .where("id", "=", old)
        .execute(),
    );
    expect((await registered(old)).status).toBe("expired");
    expect(await datasetJobs["maintenance.downloads"](await server.ctx())).toEqual({ expired: 1, files: 1 });
    expect([existsSync(pathOf(old)), existsSync(pathOf(fresh))]).toEqual([false, true]);
  });

  it("is refused at once when it cannot be read", async () => {
    const response = await ask({ columns: "colour" });
    expect([response.status, response.body.code]).toEqual([400, "request.invalid"]);
  });
});
