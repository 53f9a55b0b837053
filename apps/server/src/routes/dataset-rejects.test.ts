import { startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;
let reader: TestUser;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["contributor"], name: "Mia Maker" });
  reader = await server.user({ roles: ["contributor"], name: "Rita Reader" });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;

const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;
const pathsOf = ({ body }: TestResponse): string[] => body.errors.map((issue: { path: string }) => issue.path);

interface Made {
  readonly dataset: string;
  readonly batch: string;
}

let counter = 0;
async function create(fileName: string, content: string, more: Json = {}): Promise<Made> {
  counter += 1;
  const bytes = Buffer.from(content);
  const upload = await server.request("POST", "/uploads", { as: maker, body: { fileName, bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${upload.body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
  const { body } = await server.request("POST", "/datasets?wait=true", {
    as: maker,
    body: { name: `Rejects ${counter}`, visibility: "workspace", uploadId: upload.body.id, ...more },
  });
  expect(body.batch).toMatchObject({ status: "loaded" });
  return { dataset: body.dataset.id, batch: body.batch.id };
}

const pathOf = ({ dataset, batch }: Made): string => `/datasets/${dataset}/batches/${batch}/rejects`;
const rejects = (made: Made, as = maker) => server.request("GET", pathOf(made), { as });
const repair = (made: Made, number: number, body: Json, version = 1) =>
  server.request("PATCH", `${pathOf(made)}/${number}`, { as: maker, body, headers: { "if-match": `"${version}"` } });
const resubmit = (made: Made, as = maker) => server.request("POST", `${pathOf(made)}/resubmit?wait=true`, { as });
const rowsOf = async ({ dataset }: Made): Promise<string[]> =>
  (await server.request("GET", `/datasets/${dataset}/rows?limit=100`, { as: maker })).body.rows.map((row: readonly (string | null)[]) => row.join("|"));

const MESSY = "id;amount;day\n1;2,50;31/01/2026\n2;n/a;01/02/2026\n3;4,00\n";
const OPTIONS = { columns: { amount: { type: "decimal(18,2)", decimal: "," }, day: { format: "%d/%m/%Y" } } };

describe("rejected records", () => {
  it("are listed with line, reason, text and values", async () => {
    const { body } = await rejects(await create("orders.csv", MESSY, { options: OPTIONS }));
    expect(body).toMatchObject({ columns: ["id", "amount", "day"], format: "delimited", counts: { open: 2, repaired: 0, resubmitted: 0 } });
    expect(body.items).toMatchObject([
      { number: 1, line: 3, reason: "amount: “n/a” is no decimal number", raw: "2;n/a;01/02/2026", fields: ["2", "n/a", "01/02/2026"], status: "open" },
      { number: 2, line: 4, reason: "3 values expected, 2 found", raw: "3;4,00", fields: ["3", "4,00"], repaired: null },
    ]);
  });

  it("that begin on one line are all kept", async () => {
    const { body } = await rejects(await create("one-line.json", '[{"a":1},{"a":01},{"a":02},{"a":3}]'));
    expect(body.items.map((item: { number: number; line: number }) => [item.number, item.line])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it("are corrected by value or by text and loaded as a load of their own, typed as the dataset is", async () => {
    const made = await create("orders.csv", MESSY, { options: OPTIONS });
    const byValue = await repair(made, 1, { values: { amount: "7,25" } });
    expect(byValue.body).toMatchObject({ status: "repaired", version: 2, repaired: { fields: ["2", "7,25", "01/02/2026"], raw: null } });
    expect((await repair(made, 2, { raw: '3;"4,00";02/02/2026' })).body.repaired.fields).toEqual(["3", "4,00", "02/02/2026"]);
    const { status, body } = await resubmit(made);
    expect([status, body.batch]).toMatchObject([201, { status: "loaded", mode: "append", rows: 2, rejected: 0, repairs: made.batch, version: 2 }]);
    expect(await rowsOf(made)).toEqual(["1|2.50|2026-01-31", "2|7.25|2026-02-01", "3|4.00|2026-02-02"]);
    const after = await rejects(made);
    expect(after.body.counts).toEqual({ open: 0, repaired: 0, resubmitted: 2 });
    expect(after.body.items[0]).toMatchObject({ status: "resubmitted", resubmittedIn: body.batch.id });
    expect(codeOf(await repair(made, 1, { values: { id: "9" } }, 3))).toBe("409 reject.resubmitted");
    expect(codeOf(await resubmit(made))).toBe("409 batch.nothing_repaired");
  });

  it("stay rejected in the new load when they still do not fit, and can be corrected there", async () => {
    const made = await create("orders.csv", MESSY, { options: OPTIONS });
    await repair(made, 1, { values: { amount: "still none" } });
    const { body } = await resubmit(made);
    expect(body.batch).toMatchObject({ status: "loaded", rows: 0, rejected: 1 });
    const again = { dataset: made.dataset, batch: body.batch.id };
    expect((await rejects(again)).body).toMatchObject({ format: "json", items: [{ reason: "amount: “still none” is no decimal number" }] });
    await repair(again, 1, { values: { amount: "8,00" } });
    expect((await resubmit(again)).body.batch).toMatchObject({ rows: 1, rejected: 0 });
    expect(await rowsOf(made)).toEqual(["1|2.50|2026-01-31", "2|8.00|2026-02-01"]);
  });

  it("of JSON are corrected as JSON, with all digits of long numbers", async () => {
    const made = await create("readings.ndjson", '{"serial":90071992547409093,"at":{"hall":"A"}}\n{"serial":9,\n{"serial":8,"at":null}\n');
    expect((await rejects(made)).body).toMatchObject({ format: "json", items: [{ raw: '{"serial":9,' }] });
    const broken = await repair(made, 1, { raw: '{"serial":9' });
    expect([codeOf(broken), pathsOf(broken)]).toEqual(["400 request.invalid", ["body.raw"]]);
    await repair(made, 1, { raw: '{"serial":90071992547409099,\n "at":{"hall":"B"}}' });
    expect((await resubmit(made)).body.batch).toMatchObject({ rows: 1, rejected: 0 });
    expect(await rowsOf(made)).toEqual(['90071992547409093|{"hall":"A"}', "8|", '90071992547409099|{"hall":"B"}']);
  });

  it("of a workbook's columns and of columns left out go the way of their file", async () => {
    const made = await create("a.csv", "id,note,n\n1,x,1\n2,y,z\n", { options: { columns: { note: { skip: true }, n: { type: "integer", name: "Number" } } } });
    await repair(made, 1, { values: { n: "2" } });
    expect((await resubmit(made)).body.batch).toMatchObject({ rows: 1 });
    expect(await rowsOf(made)).toEqual(["1|1", "2|2"]);
  });

  it("wait again when the load made of them fails", async () => {
    const made = await create("a.ndjson", '{"id":1,"at":{"hall":"A"}}\n{"id":2,\n{"id":3,"at":null}\n');
    await repair(made, 1, { raw: '{"id":2,"at":"no object"}' });
    expect((await resubmit(made)).body.batch).toMatchObject({ status: "failed", error: { code: "lake.values_mismatch" } });
    expect((await rejects(made)).body).toMatchObject({ items: [{ status: "repaired" }], counts: { repaired: 1, resubmitted: 0 } });
    await repair(made, 1, { raw: '{"id":2,"at":{"hall":"C"}}' }, 3);
    expect((await resubmit(made)).body.batch).toMatchObject({ status: "loaded", rows: 1 });
  });
});

describe("correcting a record", () => {
  let made: Made;
  beforeAll(async () => {
    made = await create("orders.csv", MESSY, { options: OPTIONS });
  });

  it("is refused for unknown columns, wrong texts and a version that is not the current one", async () => {
    const unknown = await repair(made, 1, { values: { amuont: "1" } });
    expect([codeOf(unknown), pathsOf(unknown)]).toEqual(["400 request.invalid", ["body.values.amuont"]]);
    expect(pathsOf(await repair(made, 1, { raw: "1;2" }))).toEqual(["body.raw"]);
    expect(pathsOf(await repair(made, 1, { raw: "1;2;3\n1;2;3" }))).toEqual(["body.raw"]);
    expect(codeOf(await repair(made, 1, {}))).toBe("400 request.invalid");
    expect(codeOf(await repair(made, 1, { values: { amount: "1" } }, 7))).toBe("409 edit.conflict");
    const without = await server.request("PATCH", `${pathOf(made)}/1`, { as: maker, body: { values: {} } });
    expect(codeOf(without)).toBe("428 request.precondition_required");
  });

  it("is refused for records that are not there", async () => {
    expect(codeOf(await repair(made, 99, { values: {} }))).toBe("404 reject.not_found");
    expect(codeOf(await repair({ ...made, batch: `bat_${"0".repeat(26)}` }, 1, { values: {} }))).toBe("404 batch.not_found");
    expect(codeOf(await resubmit(made))).toBe("409 batch.nothing_repaired");
  });

  it("is for those who may load, and nobody else sees the records", async () => {
    expect((await rejects(made, reader)).status).toBe(403);
    const edit = { as: reader, body: { values: { amount: "1" } }, headers: { "if-match": '"1"' } };
    expect((await server.request("PATCH", `${pathOf(made)}/1`, edit)).status).toBe(403);
    expect((await resubmit(made, reader)).status).toBe(403);
    expect((await server.request("GET", pathOf(made))).status).toBe(401);
  });

  it("is written into the activity of the workspace", async () => {
    await repair(made, 1, { values: { amount: "1,00" } });
    await resubmit(made);
    const admin = await server.user({ roles: ["admin"] });
    const { body } = await server.request("GET", "/admin/activity-logs?limit=50", { as: admin });
    const types = body.items.map((item: { type: string }) => item.type);
    expect(types).toContain("dataset.record_repaired");
    expect(types).toContain("dataset.records_resubmitted");
  });
});
