import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let reader: TestUser;
let steward: TestUser;
let sequence = 0;

const CSV = "id,email,region,salary\n1,john.doe@example.com,north,12345\n2,jane@example.com,south,67890\n3,,north,111\n";

async function create(fields: Readonly<Record<string, string>> = {}): Promise<string> {
  sequence += 1;
  const { body, headers } = multipartForm({ name: `People ${sequence}`, visibility: "workspace", ...fields }, { name: "people.csv", content: CSV });
  const response = await server.request("POST", "/datasets?wait=true", { as: owner, body, headers });
  expect(response.status, response.text).toBe(201);
  return response.body.dataset.id;
}

interface Sent {
  readonly [part: string]: unknown;
}

async function put(fields: Sent, as: TestUser = steward): Promise<TestResponse> {
  sequence += 1;
  return server.request("POST", "/policies", { as, body: { name: `Policy ${sequence}`, subjects: [{ kind: "everyone" }], ...fields } });
}

async function have(fields: Sent): Promise<TestResponse["body"]> {
  const made = await put(fields);
  expect(made.status, made.text).toBe(201);
  return made.body;
}

const get = (path: string, as: TestUser = reader, headers: Record<string, string> = {}): Promise<TestResponse> => server.request("GET", path, { as, headers });
const rowsOf = async (dataset: string, as: TestUser = reader, query = ""): Promise<(string | null)[][]> =>
  (await get(`/datasets/${dataset}/rows${query}`, as)).body.rows;
const namesOf = async (dataset: string, as: TestUser = reader): Promise<string[]> =>
  (await get(`/datasets/${dataset}`, as)).body.columns.map(({ name }: { name: string }) => name);
const column = (datasetId: string, fieldId: number) => ({ kind: "column", datasetId, fieldId });

async function fieldIds(dataset: string): Promise<Record<string, number>> {
  const { body } = await get(`/datasets/${dataset}/schema`, owner);
  return Object.fromEntries(body.columns.map((item: { name: string; id: number }) => [item.name, item.id]));
}

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["data_engineer"], name: "Olga Owner" });
  reader = await server.user({ roles: ["data_analyst"], name: "Rita Reader" });
  steward = await server.user({ roles: ["steward"], name: "Sten Steward" });
});
afterEach(async () => {
  for (const { id, version } of (await get("/policies?limit=200", server.admin)).body.items)
    await server.request("DELETE", `/policies/${id}`, { as: server.admin, version });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a policy that masks", () => {
  it("changes what rows, search, filters, sorts, figures and SQL show, for everyone but those it excepts", async () => {
    const dataset = await create();
    const { email } = await fieldIds(dataset);
    await have({ effect: "mask", mask: "email", targets: [column(dataset, email ?? 0)], except: [{ kind: "permission", name: "pii:view" }] });
    expect((await rowsOf(dataset)).map((row) => row[1])).toEqual(["jo***@example.com", "ja***@example.com", null]);
    expect((await rowsOf(dataset, steward)).map((row) => row[1])).toContain("john.doe@example.com");
    expect(await rowsOf(dataset, reader, "?q=john.doe")).toEqual([]);
    const filter = encodeURIComponent(JSON.stringify({ column: "email", op: "eq", value: "john.doe@example.com" }));
    expect(await rowsOf(dataset, reader, `?filter=${filter}`)).toEqual([]);
    const stats = await get(`/datasets/${dataset}/rows/stats`);
    expect(stats.text).not.toContain("john.doe");
    expect((await get(`/datasets/${dataset}`)).body.columns[1]).toMatchObject({ name: "email", masked: true });
    const name = (await get(`/datasets/${dataset}`)).body.name;
    const ran = await server.request("POST", "/sql/queries", {
      as: reader,
      body: { sql: `select count(*) c, max(email) m from "${name}" where email like 'john.doe%'` },
    });
    expect(ran.body.page?.rows, ran.text).toEqual([["0", null]]);
    const file = await get(`/datasets/${dataset}/download?format=csv`);
    expect(file.text).toContain("jo***@example.com");
    expect(file.text).not.toContain("john.doe");
  });

  it("keeps the type where the mask keeps it", async () => {
    const dataset = await create();
    const { salary } = await fieldIds(dataset);
    await have({ effect: "mask", mask: "numeric_round:2", targets: [column(dataset, salary ?? 0)] });
    const filter = encodeURIComponent(JSON.stringify({ column: "salary", op: "ge", value: "12300" }));
    expect((await rowsOf(dataset, owner, `?filter=${filter}&sort=-salary`)).map((row) => row[3])).toEqual(["67900", "12300"]);
  });

  it("holds for columns by what they are about", async () => {
    const dataset = await create();
    const { email } = await fieldIds(dataset);
    await have({ effect: "mask", mask: "redact", targets: [{ kind: "column_tag", tag: "pii.email" }] });
    expect((await rowsOf(dataset))[0]?.[1]).toBe("john.doe@example.com");
    await server.services.database.tx("system", async (db) => {
      const { workspace_id } = await db.selectFrom("datasets").select("workspace_id").where("id", "=", dataset).executeTakeFirstOrThrow();
      await db
        .insertInto("column_tags")
        .values({ workspace_id, dataset_id: dataset, field_id: email ?? 0, tag: "pii.email", source: "person" })
        .execute();
    });
    expect((await rowsOf(dataset))[0]?.[1]).toBe("********");
  });

  it("is found by the datasets it is about, whatever it names them by", async () => {
    const [dataset, other] = [await create(), await create()];
    const { email } = await fieldIds(dataset);
    const tagged = await server.request("PUT", `/datasets/${dataset}/schema/email/tags`, { as: steward, body: { tags: ["pii.email"] } });
    expect(tagged.status).toBe(200);
    const { version } = (await get(`/datasets/${dataset}`, owner)).body;
    expect((await server.request("PATCH", `/datasets/${dataset}/meta`, { as: owner, body: { tags: ["hr"] }, version })).status).toBe(200);
    const targets = { column: column(dataset, email ?? 0), dataset: { kind: "dataset", id: dataset }, tag: { kind: "column_tag", tag: "pii.email" } };
    const more = { label: { kind: "dataset_tag", tag: "hr" }, owner: { kind: "owner", userId: owner.id }, all: { kind: "workspace" } };
    for (const [name, target] of Object.entries({ ...targets, ...more })) await have({ name, effect: "mask", mask: "redact", targets: [target] });
    const about = async (id: string) => (await get(`/policies?about=${id}`, steward)).body.items.map(({ name }: { name: string }) => name);
    expect(await about(dataset)).toEqual(["all", "column", "dataset", "label", "owner", "tag"]);
    expect(await about(other)).toEqual(["all", "owner"]);
  });
});

describe("a policy that filters rows", () => {
  it("leaves out rows everywhere and counts none of them", async () => {
    const dataset = await create();
    await have({ effect: "filter", filter: { column: "region", op: "eq", value: "north" }, targets: [{ kind: "dataset", id: dataset }] });
    expect((await rowsOf(dataset)).map((row) => row[0])).toEqual(["1", "3"]);
    expect((await get(`/datasets/${dataset}/rows/count`)).body.rows).toBe(2);
    expect((await get(`/datasets/${dataset}`)).body.rows).toBeNull();
    expect((await get(`/datasets/${dataset}/versions`)).body.items[0]).toMatchObject({ rows: null, added: null });
    expect((await get(`/datasets/${dataset}/batches`)).body.items[0]).toMatchObject({ rows: null, rejected: null });
    expect((await get(`/datasets/${dataset}/diff?from=1`)).body.code).toBe("dataset.not_whole");
  });

  it("takes what is known of the reader, and shows nothing to whom nothing is known of", async () => {
    const dataset = await create();
    await have({ effect: "filter", filter: { column: "region", op: "eq", value: "{{attribute.region}}" }, targets: [{ kind: "dataset", id: dataset }] });
    expect(await rowsOf(dataset)).toEqual([]);
    await server.services.database.tx("system", async (db) => {
      const { workspace_id } = await db.selectFrom("datasets").select("workspace_id").where("id", "=", dataset).executeTakeFirstOrThrow();
      await db.insertInto("member_attributes").values({ workspace_id, user_id: reader.id, name: "region", value: "south" }).execute();
    });
    expect((await rowsOf(dataset)).map((row) => row[0])).toEqual(["2"]);
  });

  it("shows no row where it cannot be applied", async () => {
    const dataset = await create();
    await have({ effect: "filter", filter: { column: "country", op: "eq", value: "DE" }, targets: [{ kind: "dataset", id: dataset }] });
    expect(await rowsOf(dataset)).toEqual([]);
    await have({ effect: "filter", filter: { column: "salary", op: "gt", value: "plenty" }, targets: [{ kind: "dataset", id: dataset }] });
    expect((await get(`/datasets/${dataset}/rows`)).status).toBe(200);
  });
});

describe("a policy that denies", () => {
  it("hides a dataset as if it were not there, from lists and searches too, owners included", async () => {
    const dataset = await create({ visibility: "askable" });
    const { name } = (await get(`/datasets/${dataset}`, owner)).body;
    await have({ effect: "deny", targets: [{ kind: "dataset", id: dataset }], except: [{ kind: "role", name: "steward" }] });
    for (const as of [reader, owner, server.admin]) {
      const refused = await get(`/datasets/${dataset}`, as);
      expect([refused.status, refused.body.code]).toEqual([404, "dataset.not_found"]);
      expect((await get(`/datasets?q=${encodeURIComponent(name)}`, as)).body.items.filter((item: { id: string }) => item.id === dataset)).toEqual([]);
    }
    expect((await get("/sql/completions?limit=200", owner)).text).not.toContain(`"${name}"`);
    const asked = await server.request("POST", `/datasets/${dataset}/access-requests`, { as: reader, body: {} });
    expect(asked.status).toBe(404);
  });

  it("hides a column from rows, schema, history, search and errors", async () => {
    const dataset = await create();
    const { salary } = await fieldIds(dataset);
    await have({ effect: "deny", targets: [column(dataset, salary ?? 0)], except: [{ kind: "role", name: "data_engineer" }] });
    expect(await namesOf(dataset)).toEqual(["id", "email", "region"]);
    for (const path of ["", "/rows", "/schema", "/schema/history", "/schema/document", "/versions", "/rows/stats", "/diff?from=1"]) {
      const { text } = await get(`/datasets/${dataset}${path}`);
      expect([path, text.includes("salary"), text.includes("12345")]).toEqual([path, false, false]);
    }
    expect((await get(`/datasets/${dataset}/rows?sort=salary`)).body.errors[0].message).toBe("there is no column salary");
    expect((await get("/datasets?q=salary")).body.items.filter((item: { id: string }) => item.id === dataset)).toEqual([]);
    expect((await get("/datasets?q=salary", owner)).body.items.map((item: { id: string }) => item.id)).toContain(dataset);
    expect((await get("/datasets?q=region")).body.items.map((item: { id: string }) => item.id)).toContain(dataset);
    expect(await namesOf(dataset, owner)).toContain("salary");
  });

  it("says so where every column is hidden", async () => {
    const dataset = await create();
    const ids = await fieldIds(dataset);
    await have({ effect: "deny", targets: Object.values(ids).map((id) => column(dataset, id)), except: [{ kind: "role", name: "steward" }] });
    expect((await get(`/datasets/${dataset}/rows`)).body.code).toBe("dataset.all_hidden");
  });
});

describe("a policy that allows", () => {
  it("opens a private dataset and shows it in lists", async () => {
    const dataset = await create({ visibility: "private", tags: "sales" });
    expect((await get(`/datasets/${dataset}`)).status).toBe(404);
    const target = { kind: "dataset", id: dataset };
    await have({ effect: "allow", level: "viewer", targets: [target], subjects: [{ kind: "user", id: reader.id }] });
    expect((await get(`/datasets/${dataset}`)).body).toMatchObject({ level: "viewer" });
    expect((await get("/datasets?limit=200")).body.items.map((item: { id: string }) => item.id)).toContain(dataset);
    await have({ effect: "allow", level: "contributor", targets: [target], conditions: { purposes: ["research"] } });
    expect((await get(`/datasets/${dataset}`, reader, { "x-purpose": "research" })).body).toMatchObject({ level: "contributor" });
    expect((await get(`/datasets/${dataset}`, reader, { "x-purpose": "No Purpose!" })).body.code).toBe("request.invalid");
  });

  it("ends when its time is over, and so does a grant", async () => {
    const dataset = await create({ visibility: "private" });
    const past = new Date(server.services.clock.now().getTime() - 1_000).toISOString();
    await have({ effect: "allow", level: "viewer", targets: [{ kind: "dataset", id: dataset }], conditions: { validUntil: past } });
    expect((await get(`/datasets/${dataset}`)).status).toBe(404);
    const soon = new Date(server.services.clock.now().getTime() + 3_600_000).toISOString();
    const shared = await server.request("POST", `/datasets/${dataset}/permissions`, {
      as: owner,
      body: { email: reader.email, level: "viewer", expiresAt: soon },
    });
    expect(shared.body).toMatchObject({ expiresAt: soon });
    expect((await get(`/datasets/${dataset}`)).status).toBe(200);
    await server.services.database.tx("system", (db) =>
      db
        .updateTable("dataset_grants")
        .set({ expires_at: new Date(Date.now() - 1_000) })
        .where("dataset_id", "=", dataset)
        .execute(),
    );
    expect((await get(`/datasets/${dataset}`)).status).toBe(404);
    expect((await get(`/datasets/${dataset}/permissions`, owner)).body.items.map((item: { id: string }) => item.id)).toEqual([owner.id]);
    const late = await server.request("POST", `/datasets/${dataset}/permissions`, {
      as: owner,
      body: { email: reader.email, level: "viewer", expiresAt: past },
    });
    expect(late.body.errors[0].path).toBe("body.expiresAt");
  });
});

describe("policies", () => {
  const filter = { column: "region", op: "eq", value: "north" };
  const workspace = [{ kind: "workspace" }];

  it("are for those who manage them", async () => {
    expect((await put({ effect: "deny", targets: workspace }, reader)).status).toBe(403);
    expect((await get("/policies")).status).toBe(403);
    const { id } = await have({ effect: "filter", filter, targets: workspace, except: [{ kind: "role", name: "admin" }] });
    expect((await get(`/policies/${id}`, steward)).body.sentence).toBe(
      "Everyone, except people with the role admin, sees of all datasets only rows where region is north.",
    );
  });

  it("are changed only as they were read, and deleted", async () => {
    const made = await have({ effect: "filter", filter, targets: workspace, except: [{ kind: "role", name: "admin" }] });
    const { name, subjects, targets, except } = made;
    const body = { name, subjects, targets, except, effect: "mask", mask: "hash" };
    const changed = await server.request("PUT", `/policies/${made.id}`, { as: steward, body, version: made.version });
    expect(changed.body).toMatchObject({ effect: "mask", filter: null, version: made.version + 1 });
    expect((await server.request("PUT", `/policies/${made.id}`, { as: steward, body, version: made.version })).body.code).toBe("edit.conflict");
    expect((await server.request("DELETE", `/policies/${made.id}`, { as: steward })).status).toBe(428);
    expect((await server.request("DELETE", `/policies/${made.id}`, { as: steward, version: made.version })).body.code).toBe("edit.conflict");
    expect((await server.request("DELETE", `/policies/${made.id}`, { as: steward, version: made.version + 1 })).status).toBe(204);
    expect((await get(`/policies/${made.id}`, steward)).body.code).toBe("policy.not_found");
  });

  it.each<[string, Sent, string]>([
    ["locks everyone out", { effect: "deny", targets: workspace }, "policy.contradicts"],
    ["locks every administrator out", { effect: "deny", targets: workspace, except: [{ kind: "role", name: "viewer" }] }, "policy.locks_out"],
    ["excepts all it names", { effect: "deny", targets: workspace, except: [{ kind: "everyone" }] }, "policy.contradicts"],
    ["masks without a mask", { effect: "mask", targets: workspace }, "request.invalid"],
    ["allows a single column", { effect: "allow", level: "viewer", targets: [column("ds_01k00000000000000000000000", 1)] }, "request.invalid"],
    ["names a dataset that is not there", { effect: "deny", targets: [{ kind: "dataset", id: "ds_01k00000000000000000000000" }] }, "request.invalid"],
    ["has no regular expression of RE2", { effect: "mask", mask: { kind: "regex", pattern: "(?=a)", replacement: "x" }, targets: workspace }, "mask.invalid"],
    ["fills in what is not known", { effect: "filter", targets: workspace, filter: { column: "a", op: "eq", value: "{{user.password}}" } }, "request.invalid"],
    ["fills in an expression", { effect: "filter", targets: workspace, filter: { column: "a", op: "matches", value: "{{user.email}}" } }, "request.invalid"],
    ["ends before it begins", { effect: "mask", mask: "hash", targets: workspace, conditions: { from: "10:00", until: "10:00" } }, "request.invalid"],
  ])("are refused where one %s", async (_, fields, code) => {
    const refused = await put(fields);
    expect(refused.body.code, refused.text).toBe(code);
  });

  it("keep of whoever leaves what restricts them, and not what they were given", async () => {
    const leaver = await server.user({ roles: ["viewer"] });
    const them = { kind: "user", id: leaver.id };
    await have({ name: "Given", effect: "allow", level: "viewer", targets: workspace, subjects: [them] });
    await have({ name: "Excepted", effect: "mask", mask: "hash", targets: workspace, except: [them, { kind: "role", name: "admin" }] });
    await have({ name: "Denied", effect: "deny", targets: workspace, subjects: [them] });
    expect((await server.request("DELETE", `/users/${leaver.id}`, { as: server.admin })).status).toBe(204);
    const left = (await get("/policies", steward)).body.items;
    expect(left.map((item: { name: string }) => item.name)).toEqual(["Denied", "Excepted"]);
    expect(left[1].except).toEqual([{ kind: "role", name: "admin" }]);
  });
});

describe("looking as another person", () => {
  it("shows what both may see, to those who manage policies, where datasets are read", async () => {
    const dataset = await create();
    const { email, salary } = await fieldIds(dataset);
    await have({ effect: "deny", targets: [column(dataset, salary ?? 0)], subjects: [{ kind: "user", id: reader.id }] });
    await have({ effect: "mask", mask: "redact", targets: [column(dataset, email ?? 0)], subjects: [{ kind: "user", id: steward.id }] });
    const viewed = await get(`/datasets/${dataset}/rows`, steward, { "x-view-as": reader.id });
    expect(viewed.body.rows[0]).toEqual(["1", "********", "north"]);
    expect((await get(`/datasets/${dataset}/rows`, reader, { "x-view-as": owner.id })).status).toBe(403);
    expect((await get("/notifications", steward, { "x-view-as": reader.id })).body.code).toBe("access.view_as_not_here");
    expect((await get("/datasets", steward, { "x-view-as": "usr_01k00000000000000000000000" })).body.code).toBe("user.not_found");
  });
});
