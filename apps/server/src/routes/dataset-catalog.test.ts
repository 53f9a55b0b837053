import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { datasetJobs } from "@granary/core/datasets";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let maker: TestUser;
let reader: TestUser;

async function create(as: TestUser, fields: Readonly<Record<string, string>>, content: string, fileName = "data.csv"): Promise<TestResponse["body"]> {
  const { body, headers } = multipartForm(fields, { name: fileName, content });
  const response = await server.request("POST", "/datasets?wait=true", { as, body, headers });
  expect(response.status, response.text).toBe(201);
  return response.body.dataset;
}

const list = (query: string, as: TestUser = maker): Promise<TestResponse> => server.request("GET", `/datasets?${query}`, { as });
const names = (response: TestResponse): string[] => response.body.items.map((item: { name: string }) => item.name);
const found = async (q: string, as?: TestUser): Promise<string[]> => names(await list(`q=${encodeURIComponent(q)}`, as));
const patch = (dataset: string, version: number, body: object, as: TestUser = maker): Promise<TestResponse> =>
  server.request("PATCH", `/datasets/${dataset}/meta`, { as, body, version });
const get = async (dataset: string, as: TestUser = maker): Promise<TestResponse["body"]> => (await server.request("GET", `/datasets/${dataset}`, { as })).body;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  maker = await server.user({ roles: ["data_engineer"], name: "Mia Maker" });
  reader = await server.user({ roles: ["viewer"], name: "Rob Reader" });
  await create(
    maker,
    { name: "Orders 2026", description: "Everything the shop sold", tags: "Sales, shop", visibility: "workspace", frequency: "daily" },
    "id,customerEmail,amount\n1,a,2\n2,b,3\n",
  );
  await create(maker, { name: "Suppliers", tags: "purchasing", visibility: "workspace" }, "supplier_no,city\n1,Köln\n");
  await create(maker, { name: "Secret mergers", tags: "sales" }, '[{"target_company":"x"}]', "mergers.json");
  await create(maker, { name: "Weather", frequency: "hourly" }, "station,temperature\n1,2\n");
});
afterAll(() => server[Symbol.asyncDispose]());

describe("searching", () => {
  it.each([
    ["orders", ["Orders 2026"]],
    ["ord", ["Orders 2026"]],
    ["o", ["Orders 2026"]],
    ["shop sold", ["Orders 2026"]],
    ["sales", ["Secret mergers", "Orders 2026"]],
    ["customerEmail", ["Orders 2026"]],
    ["customer_email", ["Orders 2026"]],
    ["customeremail", ["Orders 2026"]],
    ["mail", ["Orders 2026"]],
    ["orders 2026 amount", ["Orders 2026"]],
    ["ORDERS", ["Orders 2026"]],
    ["nothing of the kind", []],
    ["%", ["Weather", "Secret mergers", "Suppliers", "Orders 2026"]],
  ])("finds by words of names, descriptions, tags and columns: %s", async (q, expected) => {
    const response = await list(`q=${encodeURIComponent(q)}`);
    expect([...names(response)].toSorted()).toEqual([...expected].toSorted());
    expect(response.body.isGuess).toBe(false);
  });

  it.each([
    ["ordres", "Orders 2026", "orders"],
    ["custommer", "Orders 2026", "customer"],
    ["temprature", "Weather", "temperature"],
    ["temmperatur", "Weather", "temperature"],
    ["supliers", "Suppliers", "suppliers"],
    ["wether station", "Weather", "weather"],
  ])("finds what was meant by a mistyped word and says that it guesses: %s", async (q, expected, meant) => {
    const response = await list(`q=${encodeURIComponent(q)}`);
    expect(names(response)).toEqual([expected]);
    expect(response.body.isGuess).toBe(true);
    expect(response.body.items[0].match.words).toContain(meant);
  });

  it("tells where the words are", async () => {
    const { body } = await list("q=emial");
    expect(body.items[0].match).toEqual({ words: ["email"], places: [{ in: "column", text: "customerEmail" }] });
    expect((await list("q=shop")).body.items[0].match.places).toEqual([
      { in: "tag", text: "shop" },
      { in: "description", text: "" },
    ]);
  });

  it("puts names before columns and whole words before parts", async () => {
    await create(maker, { name: "Amounts of everything" }, "a\n1\n");
    expect(await found("amount")).toEqual(["Amounts of everything", "Orders 2026"]);
  });

  it("never tells of datasets the caller may not see, neither by a guess nor by what is left out of it", async () => {
    expect(await found("mergers", reader)).toEqual([]);
    expect(await found("mergres", reader)).toEqual([]);
    // The private dataset has the word as typed; the guess is made from what the reader sees all the same.
    await create(maker, { name: "Suplpiers" }, "a\n1\n");
    expect((await list("q=suplpiers", reader)).body).toMatchObject({ isGuess: true, items: [{ name: "Suppliers" }] });
    const { facets } = (await list("", reader)).body;
    expect(facets.total).toEqual({ count: 2, isExact: true });
    expect(facets.tags.map((item: { value: string }) => item.value)).toEqual(["purchasing", "sales", "shop"]);
  });

  it("shows one workspace nothing of another", async () => {
    const stranger = await server.user({ workspace: await server.newWorkspace(), roles: ["admin"] });
    const { body } = await list("q=orders", stranger);
    expect(body).toMatchObject({ items: [], facets: { total: { count: 0 }, tags: [], owners: [] } });
  });
});

describe("freshness", () => {
  it("finds a new name, description and label at once, and not the old ones", async () => {
    const { id, version } = await create(maker, { name: "Temporary" }, "a\n1\n");
    expect((await patch(id, version, { name: "Lighthouses", tags: ["Coast"], description: "Blinking" })).status).toBe(200);
    expect(await found("lighthouses")).toEqual(["Lighthouses"]);
    expect(await found("coast")).toEqual(["Lighthouses"]);
    expect(await found("blinking")).toEqual(["Lighthouses"]);
    expect(await found("temporary")).toEqual([]);
  });

  it("finds a column that a load brought", async () => {
    const { id } = await create(maker, { name: "Growing" }, "a\n1\n");
    const bytes = Buffer.from("a,wingspan\n2,3\n");
    const { body: upload } = await server.request("POST", "/uploads", { as: maker, body: { fileName: "more.tsv", bytes: bytes.length } });
    await server.request("PATCH", `/uploads/${upload.id}?offset=0`, { as: maker, body: bytes, headers: { "content-type": "application/octet-stream" } });
    const loading = { uploadId: upload.id, onNewColumns: "evolve", frequency: "weekly" };
    expect((await server.request("POST", `/datasets/${id}/batches?wait=true`, { as: maker, body: loading })).body.batch.status).toBe("loaded");
    expect(await found("wingspan")).toEqual(["Growing"]);
    expect(await get(id)).toMatchObject({ format: "tsv", frequency: "weekly" });
  });
});

describe("filters, orders and pages", () => {
  it.each([
    ["tag=sales", ["Orders 2026", "Secret mergers"]],
    ["tag=sales&tag=shop", ["Orders 2026"]],
    ["format=json", ["Secret mergers"]],
    ["frequency=daily", ["Orders 2026"]],
    ["visibility=workspace&tag=sales", ["Orders 2026"]],
    ["owner=me&tag=purchasing", ["Suppliers"]],
  ])("narrows by %s", async (query, expected) => {
    expect(names(await list(`${query}&sort=name`))).toEqual(expected);
  });

  it("counts each kind of value as if its own filter were not set", async () => {
    const { facets } = (await list("frequency=hourly")).body;
    expect(facets.total.count).toBe(1);
    expect(facets.frequencies.map((item: { value: string }) => item.value)).toContain("daily");
    expect(facets.formats).toEqual([{ value: "csv", count: 1 }]);
    expect(facets.owners).toEqual([{ value: maker.id, name: "Mia Maker", count: 1 }]);
  });

  it.each(["name", "-name", "updated", "-updated", "created", "-rows", "rows"])("pages through everything once by %s", async (sort) => {
    const all = names(await list(`sort=${sort}`));
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await list(`sort=${sort}&limit=2${cursor}`);
      seen.push(...body.items.map((item: { name: string }) => item.name));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(5);
  });

  it("pages through a search, also one that guesses, and counts on the first page alone", async () => {
    const first = (await list("q=salse&limit=1")).body;
    expect(first).toMatchObject({ isGuess: true, facets: { total: { count: 2 } } });
    const second = (await list(`q=salse&limit=1&cursor=${first.next}`)).body;
    expect(second).toMatchObject({ isGuess: true, facets: null, next: null });
    expect(new Set([...names({ body: first } as TestResponse), ...names({ body: second } as TestResponse)])).toEqual(
      new Set(["Orders 2026", "Secret mergers"]),
    );
  });

  it("refuses a cursor of another order", async () => {
    const { next } = (await list("sort=name&limit=1")).body;
    expect((await list(`sort=rows&limit=1&cursor=${next}`)).body.errors).toEqual([
      { path: "query.cursor", message: "belongs to another order; start again without one" },
    ]);
  });
});

describe("saved filters", () => {
  it("keeps them for their owner until they are shared, and lists by them", async () => {
    const mine = await server.request("POST", "/dataset-views", { as: maker, body: { name: "Sales", query: { tag: ["sales"], sort: "name" } } });
    expect(mine).toMatchObject({ status: 201, body: { name: "Sales", shared: false, query: { tag: ["sales"], sort: "name" }, can: { delete: true } } });
    expect((await server.request("GET", "/dataset-views", { as: reader })).body.items).toEqual([]);
    expect((await list(`view=${mine.body.id}`, reader)).body.code).toBe("dataset_view.not_found");
    expect(names(await list(`view=${mine.body.id}`))).toEqual(["Orders 2026", "Secret mergers"]);
    expect(names(await list(`view=${mine.body.id}&sort=-name&tag=shop`))).toEqual(["Orders 2026"]);
    const taken = await server.request("POST", "/dataset-views", { as: maker, body: { name: "sales", query: {} } });
    expect(taken.body.code).toBe("dataset_view.name_taken");
    const shared = await server.request("POST", "/dataset-views", { as: maker, body: { name: "For all", query: { q: "orders" }, shared: true } });
    const seen = await server.request("GET", "/dataset-views", { as: reader });
    expect(seen.body.items).toMatchObject([{ name: "For all", owner: { name: "Mia Maker" }, can: { delete: false } }]);
    expect((await server.request("DELETE", `/dataset-views/${shared.body.id}`, { as: reader })).status).toBe(404);
    expect((await server.request("DELETE", `/dataset-views/${shared.body.id}`, { as: maker })).status).toBe(204);
  });
});

describe("what is said about a dataset", () => {
  it("is changed at the version that was read, with a history of who, when, before and after", async () => {
    const { id, version } = await create(maker, { name: "Described", description: "Old", visibility: "workspace" }, "a\n1\n");
    const change = { description: "New", tags: ["B", "a", "b"], properties: { source: "ERP" }, frequency: "monthly" };
    const changed = await patch(id, version, change);
    expect(changed.body).toMatchObject({ description: "New", tags: ["a", "b"], properties: { source: "ERP" }, frequency: "monthly", version: version + 1 });
    const stale = await server.request("PATCH", `/datasets/${id}`, { as: maker, body: { description: "Other" }, version });
    expect(stale).toMatchObject({ status: 409, body: { code: "edit.conflict", current: { description: "New" } } });
    const history = await server.request("GET", `/datasets/${id}/meta/history`, { as: reader });
    expect(history.body.items).toEqual([
      {
        at: expect.any(String),
        by: { id: maker.id, name: "Mia Maker" },
        changes: [
          { field: "description", before: "Old", after: "New" },
          { field: "tags", before: [], after: ["a", "b"] },
          { field: "properties", before: {}, after: { source: "ERP" } },
          { field: "frequency", before: null, after: "monthly" },
        ],
      },
    ]);
  });

  it("writes nothing when nothing is different", async () => {
    const { id, version } = await get("described");
    expect((await patch(id, version, { description: "New" })).body.version).toBe(version);
  });

  it("refuses a taken name, an unknown owner and people who may not", async () => {
    const { id, version } = await get("described");
    expect((await patch(id, version, { name: "suppliers" })).body.code).toBe("dataset.name_taken");
    expect((await patch(id, version, { owner: "nobody@example.com" })).body.code).toBe("user.not_found");
    const engineer = await server.user({ roles: ["data_engineer"] });
    expect((await patch(id, version, { description: "Mine" }, engineer)).body.code).toBe("access.denied");
    expect((await patch(id, version, {})).status).toBe(400);
  });

  it("gives the dataset to another owner, who is told; the former one keeps contributing and nothing more", async () => {
    const heir = await server.user({ roles: ["data_engineer"], name: "Hera Heir" });
    const { id, version } = await create(maker, { name: "Handed over" }, "a\n1\n");
    const given = await patch(id, version, { owner: heir.email });
    expect(given.body).toMatchObject({ owner: { id: heir.id }, level: "contributor", can: { share: false, update: true } });
    expect((await patch(id, given.body.version, { visibility: "workspace" })).body.code).toBe("access.denied");
    expect((await server.request("GET", "/notifications", { as: heir })).body.items).toMatchObject([
      { kind: "dataset.owner_changed", link: `/datasets/${id}` },
    ]);
    expect((await server.request("GET", `/datasets/${id}/meta/history`, { as: heir })).body.items[0].changes).toEqual([
      { field: "owner", before: "Mia Maker", after: "Hera Heir" },
    ]);
  });
});

describe("the trash", () => {
  const run = async () => datasetJobs["maintenance.catalog"](await server.ctx());
  const trashedAgo = (id: string, days: number) =>
    server.services.database.tx("system", (tx) => sql`update datasets set trashed_at = now() - make_interval(days => ${days}) where id = ${id}`.execute(tx));

  it("shows owners what is theirs to restore and until when", async () => {
    const { id } = await create(maker, { name: "Thrown away", visibility: "workspace" }, "a\n1\n");
    await server.request("DELETE", `/datasets/${id}`, { as: maker });
    const { body } = await list("trashed=true");
    expect(body.items).toMatchObject([{ id, trash: { at: expect.any(String) } }]);
    expect(Date.parse(body.items[0].trash.purgeAt) - Date.parse(body.items[0].trash.at)).toBe(30 * 86_400_000);
    expect((await list("trashed=true", reader)).body.items).toEqual([]);
    expect(await found("thrown")).toEqual([]);
    expect((await server.request("POST", `/datasets/${id}/restore`, { as: maker })).status).toBe(200);
    expect(await found("thrown")).toEqual(["Thrown away"]);
  });

  it("is emptied of what was in it for long enough: rows, files and words go for good", async () => {
    const gone = await create(maker, { name: "Zeppelins" }, "aeronaut\n1\n");
    const kept = await create(maker, { name: "Younger trash" }, "b\n1\n");
    for (const { id } of [gone, kept]) await server.request("DELETE", `/datasets/${id}`, { as: maker });
    await trashedAgo(gone.id, 31);
    await trashedAgo(kept.id, 29);
    const { dataDir } = server.services.config;
    const tables = async (id: string) => {
      const files = await readdir(join(dataDir, "lake"), { recursive: true });
      return files.filter((name) => name.includes(id) && /\.(parquet|avro|json)$/.test(name)).length;
    };
    const system = server.services.database.reader("system");
    const [upload] = await system.selectFrom("batches").select("upload_id").where("dataset_id", "=", gone.id).execute();
    const file = join(dataDir, "uploads", upload?.upload_id ?? "");
    expect(existsSync(file)).toBe(true);
    expect(await tables(gone.id)).toBeGreaterThan(0);
    expect(await run()).toMatchObject({ purged: 1, failed: 0 });
    expect(existsSync(file)).toBe(false);
    expect(await tables(gone.id)).toBe(0);
    expect(await tables(kept.id)).toBeGreaterThan(0);
    for (const table of ["lake_files", "iceberg_tables"] as const)
      expect(await system.selectFrom(table).select("table_name").where("table_name", "=", gone.id).execute()).toEqual([]);
    expect(await system.selectFrom("catalog_words").select("word").where("word", "in", ["zeppelins", "aeronaut", "orders"]).execute()).toEqual([
      { word: "orders" },
    ]);
    expect((await server.request("POST", `/datasets/${gone.id}/restore`, { as: maker })).status).toBe(404);
    expect((await server.request("POST", `/datasets/${kept.id}/restore`, { as: maker })).status).toBe(200);
    const events = await system.selectFrom("events").select("type").where("subject_id", "=", gone.id).where("type", "=", "dataset.purged").execute();
    expect(events).toHaveLength(1);
    expect(await run()).toMatchObject({ purged: 0 });
  });

  it("has datasets found that no catalog had seen", async () => {
    const { id } = await create(maker, { name: "From before" }, "a\n1\n");
    await server.services.database.tx("system", (tx) =>
      sql`update datasets set words = '{}', name_words = '{}', words_made_by = 0 where id = ${id}`.execute(tx),
    );
    expect(await found("before")).toEqual([]);
    expect(await run()).toMatchObject({ reworded: 1 });
    expect(await found("before")).toEqual(["From before"]);
  });
});
