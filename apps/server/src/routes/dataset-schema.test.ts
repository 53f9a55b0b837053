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

const STOCK = "sku,name,price,colour\nA-1,Lamp,10.50,red\nA-2,Chair,7.25,blue\nA-3,,0.10,red\n";
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;

async function created(name: string, content = STOCK): Promise<string> {
  const { body } = await server.request("POST", "/datasets?wait=true", { as: maker, ...multipartForm({ name }, { name: "stock.csv", content }) });
  expect(body.batch?.status).toBe("loaded");
  return body.dataset.id;
}

async function load(dataset: string, content: string, options: Readonly<Record<string, unknown>> = {}): Promise<TestResponse["body"]> {
  const bytes = Buffer.from(content);
  const upload = await server.request("POST", "/uploads", { as: maker, body: { fileName: "more.csv", bytes: bytes.length } });
  await server.request("PATCH", `/uploads/${upload.body.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
  const { body } = await server.request("POST", `/datasets/${dataset}/batches?wait=true`, { as: maker, body: { uploadId: upload.body.id, ...options } });
  return body.batch ?? body;
}

const get = (dataset: string, path: string, as = maker) => server.request("GET", `/datasets/${dataset}${path}`, { as });

async function change(
  dataset: string,
  changes: readonly object[],
  options: { readonly query?: string; readonly version?: number; readonly as?: TestUser } = {},
) {
  const { query = "", as = maker } = options;
  const version = options.version ?? (await get(dataset, "/schema")).body.version;
  return server.request("PATCH", `/datasets/${dataset}/schema${query}`, { as, body: { changes }, headers: { "if-match": `"${version}"` } });
}

async function rejectsOf(dataset: string, batch: string): Promise<unknown[]> {
  const { body } = await get(dataset, `/batches/${batch}/rejects`);
  return body.items.map((item: { line: number; reason: string; raw: string }) => [item.line, item.reason, item.raw]);
}

async function rowsOf(dataset: string, query = ""): Promise<string[]> {
  const { body } = await get(dataset, `/rows?limit=100${query}`);
  return body.rows.map((row: readonly (string | null)[]) => row.map((cell) => cell ?? "-").join(","));
}

const namesOf = (body: TestResponse["body"]): string[] => body.columns.map((column: { name: string }) => column.name);
const kindsOf = (changes: readonly { kind: string; column: string | null }[]): string[] => changes.map((item) => `${item.kind} ${item.column ?? ""}`.trim());

describe("the columns of a dataset", () => {
  it("are shown with their rules and an ETag to change them by", async () => {
    const dataset = await created("Shown");
    const response = await get(dataset, "/schema");
    expect(response.headers["etag"]).toBe('"1"');
    expect(response.body).toMatchObject({ version: 1, dataVersion: 1, keys: [], can: { change: true } });
    expect(response.body.columns[2]).toEqual({
      id: 3,
      name: "price",
      type: "decimal",
      storedType: "decimal(18, 2)",
      description: "",
      semanticType: null,
      required: false,
      unique: false,
      key: false,
      allowedValues: null,
      masked: false,
    });
  });

  it("change all at once, as one new version, and the rows follow", async () => {
    const dataset = await created("Changed");
    const { status, body, headers } = await change(dataset, [
      { kind: "rename", column: "name", name: "title" },
      { kind: "widen", column: "price", type: "decimal(20,2)" },
      { kind: "move", column: "price", after: null },
      { kind: "describe", column: "sku", description: "Our number" },
      { kind: "semanticType", column: "sku", semanticType: "identifier" },
      { kind: "add", name: "checked_on", type: "date", after: "sku", description: "When somebody looked" },
      { kind: "allow", column: "colour", values: ["red", "blue"] },
      { kind: "keys", columns: ["sku"] },
    ]);
    expect([status, body.isApplied, body.version, headers["etag"]]).toEqual([200, true, 2, '"2"']);
    expect(kindsOf(body.changes)).toEqual([
      "widened price",
      "described sku",
      "semanticType sku",
      "required sku",
      "added checked_on",
      "described checked_on",
      "renamed title",
      "allowedValues colour",
      "reordered",
      "keys",
    ]);
    const now = (await get(dataset, "/schema")).body;
    expect(namesOf(now)).toEqual(["price", "sku", "checked_on", "title", "colour"]);
    expect(now).toMatchObject({ dataVersion: 2, keys: ["sku"] });
    expect(now.columns[1]).toMatchObject({ id: 1, key: true, required: true, description: "Our number", semanticType: "identifier" });
    expect(await rowsOf(dataset)).toEqual(["10.50,A-1,-,Lamp,red", "7.25,A-2,-,Chair,blue", "0.10,A-3,-,-,red"]);
    expect(await rowsOf(dataset, "&version=1")).toEqual(["A-1,Lamp,10.50,red", "A-2,Chair,7.25,blue", "A-3,-,0.10,red"]);
    expect(namesOf((await get(dataset, "/schema?version=1")).body)).toEqual(["sku", "name", "price", "colour"]);
    const row = await get(dataset, `/rows/by-key?key=${encodeURIComponent('["A-2"]')}`);
    expect(row.body.row).toEqual(["7.25", "A-2", null, "Chair", "blue"]);
    const loaded = await load(dataset, "sku,title,price,colour,checked_on\nA-2,Stool,1234567.25,blue,2026-04-01\nA-4,Desk,3.00,red,\n", { mode: "upsert" });
    expect(loaded).toMatchObject({ status: "loaded", matched: { added: 1, updated: 1 }, schemaVersion: 2 });
    expect((await rowsOf(dataset)).toSorted()).toEqual([
      "0.10,A-3,-,-,red",
      "10.50,A-1,-,Lamp,red",
      "1234567.25,A-2,2026-04-01,Stool,blue",
      "3.00,A-4,-,Desk,red",
    ]);
  });

  it("swap their names, and a dropped one makes room for a new one", async () => {
    const dataset = await created("Swapped");
    const swapped = await change(dataset, [
      { kind: "rename", column: "name", name: "colour" },
      { kind: "rename", column: "colour", name: "name" },
    ]);
    expect(swapped.body.isApplied).toBe(true);
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp,10.50,red", "A-2,Chair,7.25,blue", "A-3,-,0.10,red"]);
    const changes = [
      { kind: "drop", column: "price" },
      { kind: "add", name: "price", type: "long" },
    ];
    expect(codeOf(await change(dataset, changes))).toBe("422 schema.confirmation_required");
    const replaced = await change(dataset, changes, { query: "?confirm=true" });
    expect(replaced.body).toMatchObject({ isApplied: true, isDestructive: true, version: 3 });
    expect(await rowsOf(dataset)).toEqual(["A-1,Lamp,red,-", "A-2,Chair,blue,-", "A-3,-,red,-"]);
    const { body } = await get(dataset, "/schema/history");
    expect(body.items.map((item: { version: number }) => item.version)).toEqual([3, 2, 1]);
    expect(body.items[0]).toMatchObject({
      changes: [
        { kind: "added", column: "price" },
        { kind: "dropped", column: "price" },
      ],
      dropped: [{ id: 3, name: "price", storedType: "decimal(18, 2)", droppedIn: 3 }],
      by: { name: "Mia Maker" },
    });
    expect(body.items[2]).toMatchObject({ changes: [], dropped: [], dataVersion: 1 });
    const paged = await get(dataset, "/schema/history?limit=2");
    const rest = await get(dataset, `/schema/history?limit=2&cursor=${paged.body.next}`);
    expect([paged.body.items.length, rest.body.items.length, rest.body.next]).toEqual([2, 1, null]);
  });

  it("tell in a dry run what would change and which rows stand against it", async () => {
    const dataset = await created("Tried");
    const changes = [
      { kind: "require", column: "name", required: true },
      { kind: "unique", column: "colour", unique: true },
      { kind: "allow", column: "colour", values: ["blue", "green"] },
      { kind: "add", name: "note", type: "string" },
      { kind: "require", column: "note", required: true },
    ];
    const tried = await change(dataset, changes, { query: "?dryRun=true" });
    expect(tried.body).toMatchObject({ isApplied: false, version: 1, isDestructive: false });
    expect(tried.body.faults).toEqual([
      { column: "name", rule: "required", rows: 1, message: "1 row has no value", examples: ["sku = A-3, name = nothing, price = 0.10"] },
      { column: "colour", rule: "allowedValues", rows: 2, message: "2 rows hold other values", examples: ["colour = red"] },
      { column: "note", rule: "required", rows: 3, message: "3 rows have no value", examples: [] },
      { column: "colour", rule: "unique", rows: 2, message: "2 rows share their value with others", examples: ["red (2 rows)"] },
    ]);
    expect(namesOf(tried.body.schema)).toEqual(["sku", "name", "price", "colour", "note"]);
    const refused = await change(dataset, changes);
    expect(codeOf(refused)).toBe("422 schema.rows_fail");
    expect(refused.body.errors.map((issue: { path: string }) => issue.path)).toEqual(["name", "colour", "note", "colour"]);
    expect((await get(dataset, "/schema")).body).toMatchObject({ version: 1, dataVersion: 1 });
  });

  it.each<[string, object, string, string]>([
    ["a column that is not there", { kind: "drop", column: "size" }, "400 request.invalid", "body.changes.0.column"],
    ["a name that is taken", { kind: "rename", column: "sku", name: "NAME" }, "400 request.invalid", "body.changes"],
    ["a type that could lose values", { kind: "widen", column: "price", type: "int" }, "422 lake.schema_change_invalid", ""],
    ["a type that is none", { kind: "add", name: "x", type: "money" }, "400 request.invalid", "body.changes"],
    ["an allowed value that is none of its type", { kind: "allow", column: "price", values: ["cheap"] }, "400 request.invalid", "body.changes"],
    ["a key that is named twice", { kind: "keys", columns: ["sku", "sku"] }, "400 request.invalid", "body.changes"],
    ["keys that repeat", { kind: "keys", columns: ["colour"] }, "422 schema.rows_fail", "colour"],
    ["a name of the platform's own", { kind: "rename", column: "sku", name: "_granary_batch" }, "422 lake.schema_change_invalid", ""],
    ["an edit that is none", { kind: "shrink", column: "sku" }, "400 request.invalid", "body.changes.0.kind"],
  ])("refuse %s", async (_what, edit, code, path) => {
    const list = await server.request("GET", "/datasets?q=refused", { as: maker });
    const dataset = list.body.items[0]?.id ?? (await created("Refused"));
    const response = await change(dataset, [edit], { query: "?confirm=true" });
    expect(codeOf(response)).toBe(code);
    expect(response.body.errors[0]?.path ?? "").toBe(path);
    expect((await get(dataset, "/schema")).body.version).toBe(1);
  });

  it("are not changed over somebody else's change", async () => {
    const dataset = await created("Contended");
    const [first, second] = await Promise.all([
      change(dataset, [{ kind: "describe", column: "sku", description: "One" }], { version: 1 }),
      change(dataset, [{ kind: "describe", column: "sku", description: "Two" }], { version: 1 }),
    ]);
    expect(new Set([first.status, second.status])).toEqual(new Set([200, 409]));
    const lost = first.status === 409 ? first : second;
    expect(lost.body).toMatchObject({ code: "edit.conflict", current: { version: 2 } });
    expect(["One", "Two"]).toContain(lost.body.current.columns[0].description);
    const bare = await server.request("PATCH", `/datasets/${dataset}/schema`, { as: maker, body: { changes: [{ kind: "drop", column: "sku" }] } });
    expect(codeOf(bare)).toBe("428 request.precondition_required");
  });

  it("are read by viewers and changed by owners alone", async () => {
    const dataset = await created("Guarded");
    const [viewer, contributor, stranger] = await Promise.all([1, 2, 3].map(() => server.user({ roles: ["contributor"] })));
    if (viewer === undefined || contributor === undefined || stranger === undefined) throw new Error("no users");
    const ctx = await server.ctx();
    await ctx.system.tx(async ({ db }) => {
      for (const [user, level] of [
        [viewer, "viewer"],
        [contributor, "contributor"],
      ] as const)
        await db
          .insertInto("dataset_grants")
          .values({ workspace_id: server.workspace.id, dataset_id: dataset, grantee_kind: "user", grantee_id: user.id, level })
          .execute();
    });
    const edit = [{ kind: "describe", column: "sku", description: "x" }];
    expect((await get(dataset, "/schema", viewer)).body.can).toEqual({ change: false });
    expect((await get(dataset, "/schema/document", viewer)).status).toBe(200);
    expect((await get(dataset, "/schema/history", viewer)).status).toBe(200);
    expect(codeOf(await change(dataset, edit, { version: 1, as: viewer }))).toBe("403 access.denied");
    expect(codeOf(await change(dataset, edit, { version: 1, as: contributor }))).toBe("403 access.denied");
    expect(codeOf(await change(dataset, edit, { version: 1, as: stranger }))).toBe("404 dataset.not_found");
    expect(codeOf(await get(dataset, "/schema", stranger))).toBe("404 dataset.not_found");
    expect((await change(dataset, edit, { as: server.admin })).body.isApplied).toBe(true);
  });

  it("are recorded with what changed", async () => {
    const dataset = await created("Recorded");
    await change(dataset, [{ kind: "rename", column: "sku", name: "number" }]);
    const ctx = await server.ctx();
    const event = await ctx.system.db
      .selectFrom("events")
      .select("data")
      .where("subject_id", "=", dataset)
      .where("type", "=", "dataset.schema_changed")
      .executeTakeFirstOrThrow();
    expect(event.data).toMatchObject({ version: 2, schemaVersion: 2, changes: [{ kind: "renamed", before: "sku", after: "number" }] });
  });
});

describe("loads into a dataset with rules", () => {
  it("reject the rows that break one, with line and reason, and load the others", async () => {
    const dataset = await created("Ruled", "sku,mail,colour\nA-1,a@x,red\nA-2,b@x,blue\n");
    const ruled = await change(dataset, [
      { kind: "keys", columns: ["sku"] },
      { kind: "unique", column: "mail", unique: true },
      { kind: "allow", column: "colour", values: ["red", "blue"] },
    ]);
    expect(ruled.body.isApplied).toBe(true);
    const batch = await load(dataset, "sku,mail,colour\nA-3,c@x,red\n,d@x,red\nA-4,e@x,pink\nA-1,f@x,red\nA-5,b@x,blue\nA-6,g@x,red\nA-6,h@x,red\nA-7,,\n");
    expect(batch).toMatchObject({ status: "loaded", rows: 3, rejected: 5 });
    expect(await rejectsOf(dataset, batch.id)).toEqual([
      [3, "sku: a value is required", ",d@x,red"],
      [4, "colour: “pink” is not one of the allowed values", "A-4,e@x,pink"],
      [5, "sku: “A-1” is in the dataset already and has to be unique", "A-1,f@x,red"],
      [6, "mail: “b@x” is in the dataset already and has to be unique", "A-5,b@x,blue"],
      [8, "sku: “A-6” came before in the file and has to be unique", "A-6,h@x,red"],
    ]);
    expect(await rowsOf(dataset)).toEqual(["A-1,a@x,red", "A-2,b@x,blue", "A-3,c@x,red", "A-6,g@x,red", "A-7,-,-"]);
    const missing = await load(dataset, "mail,colour\nz@x,red\n");
    expect(missing).toMatchObject({ status: "failed", error: { code: "lake.columns_mismatch" } });
  });

  it("let rows replace their own values by key, but not take those of others", async () => {
    const dataset = await created("Replacing", "sku,mail\nA-1,a@x\nA-2,b@x\n");
    await change(dataset, [
      { kind: "keys", columns: ["sku"] },
      { kind: "unique", column: "mail", unique: true },
    ]);
    const batch = await load(dataset, "sku,mail\nA-1,a@x\nA-2,new@x\nA-3,a@x\n", { mode: "upsert" });
    expect(batch).toMatchObject({ status: "loaded", rows: 2, rejected: 1, matched: { added: 0, updated: 1, unchanged: 1 } });
    expect(await rejectsOf(dataset, batch.id)).toEqual([[4, "mail: “a@x” is in the dataset already and has to be unique", "A-3,a@x"]]);
    const taken = await load(dataset, "sku,mail\nA-4,new@x\nA-5,b@x\n", { mode: "upsert" });
    expect([taken.rows, await rejectsOf(dataset, taken.id)]).toEqual([1, [[2, "mail: “new@x” is in the dataset already and has to be unique", "A-4,new@x"]]]);
    expect((await rowsOf(dataset)).toSorted()).toEqual(["A-1,a@x", "A-2,new@x", "A-5,b@x"]);
    const all = await load(dataset, "sku,mail\nA-1,b@x\nA-9,b@x\n", { mode: "replace" });
    expect(all).toMatchObject({ rows: 1, rejected: 1 });
    expect(await rowsOf(dataset)).toEqual(["A-1,b@x"]);
  });

  it("never let two that run at once bring the same key", async () => {
    const dataset = await created("Raced", "sku\nA-0\n");
    await change(dataset, [{ kind: "keys", columns: ["sku"] }]);
    const batches = await Promise.all([1, 2, 3].map(() => load(dataset, "sku\nA-1\nA-2\n")));
    expect(batches.map((batch) => batch.status)).toEqual(["loaded", "loaded", "loaded"]);
    expect(batches.map((batch) => batch.rows).filter((rows) => rows > 0)).toEqual([2]);
    expect(await rowsOf(dataset)).toEqual(["A-0", "A-1", "A-2"]);
  });

  it("keep rules when a file brings new columns", async () => {
    const dataset = await created("Growing", "sku\nA-1\n");
    await change(dataset, [{ kind: "keys", columns: ["sku"] }]);
    const batch = await load(dataset, "sku,size\nA-1,1\nA-2,2\n", { onNewColumns: "evolve" });
    expect(batch).toMatchObject({ status: "loaded", rows: 1, rejected: 1, schemaVersion: 3 });
    expect((await get(dataset, "/schema")).body).toMatchObject({ keys: ["sku"], columns: [{ required: true }, { name: "size" }] });
  });
});

describe("the schema document", () => {
  const document = async (dataset: string) => (await get(dataset, "/schema/document")).body;
  const put = (dataset: string, body: object, query = "", version = 1) =>
    server.request("PUT", `/datasets/${dataset}/schema/document${query}`, { as: maker, body, headers: { "if-match": `"${version}"` } });

  it("changes nothing when it is sent back as it was", async () => {
    const dataset = await created("Unedited");
    const text = await document(dataset);
    expect(text).toMatchObject({ granarySchema: 1, dataset: "Unedited", version: 1, keys: [] });
    const { body } = await put(dataset, text);
    expect(body).toMatchObject({ isApplied: false, changes: [], version: 1 });
  });

  it("is applied by id, then by name, after a look at the changes", async () => {
    const dataset = await created("Edited");
    const text = await document(dataset);
    const [sku, name, price] = text.columns;
    const { id: _, ...unnumbered } = price;
    const edited = {
      ...text,
      keys: ["number"],
      columns: [{ ...sku, name: "number" }, unnumbered, { ...name, description: "What it is" }, { name: "size", type: "int" }],
    };
    const tried = await put(dataset, edited, "?dryRun=true");
    expect(tried.body).toMatchObject({ isApplied: false, isDestructive: true, faults: [] });
    expect(kindsOf(tried.body.changes)).toEqual(["renamed number", "required number", "described name", "added size", "dropped colour", "reordered", "keys"]);
    expect(codeOf(await put(dataset, edited))).toBe("422 schema.confirmation_required");
    const applied = await put(dataset, edited, "?confirm=true&reason=tidied");
    expect(applied.body).toMatchObject({ isApplied: true, version: 2, schema: { reason: "tidied", keys: ["number"] } });
    expect(await rowsOf(dataset)).toEqual(["A-1,10.50,Lamp,-", "A-2,7.25,Chair,-", "A-3,0.10,-,-"]);
    expect(codeOf(await put(dataset, edited, "?confirm=true"))).toBe("409 edit.conflict");
    expect((await put(dataset, edited, "?confirm=true", 2)).body).toMatchObject({ isApplied: false, changes: [] });
  });

  it("names what is wrong with it", async () => {
    const dataset = await created("Misspelt");
    const text = await document(dataset);
    const foreign = await put(dataset, { ...text, columns: [{ ...text.columns[0], id: 99 }] });
    expect([codeOf(foreign), foreign.body.errors[0].path]).toEqual(["400 request.invalid", "body.columns.0.id"]);
    const twice = await put(dataset, { ...text, columns: [text.columns[0], { ...text.columns[1], id: 1 }] });
    expect(twice.body.errors[0].message).toBe("the id 1 is used twice");
    expect(codeOf(await put(dataset, { ...text, color: "red" }))).toBe("400 request.invalid");
  });
});
