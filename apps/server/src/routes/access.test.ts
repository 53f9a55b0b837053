import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let reader: TestUser;
let steward: TestUser;
let sequence = 0;

async function create(fields: Readonly<Record<string, string>> = {}): Promise<{ id: string; name: string }> {
  sequence += 1;
  const { body, headers } = multipartForm(
    { name: `People ${sequence}`, visibility: "workspace", ...fields },
    { name: "people.csv", content: "id,email,region\n1,ann@example.com,north\n2,bob@example.com,south\n" },
  );
  const response = await server.request("POST", "/datasets?wait=true", { as: owner, body, headers });
  expect(response.status, response.text).toBe(201);
  return response.body.dataset;
}

const send = (method: string, path: string, body: unknown, as: TestUser = steward): Promise<TestResponse> => server.request(method, path, { as, body });
const get = (path: string, as: TestUser = reader): Promise<TestResponse> => server.request("GET", path, { as });
const firstRow = async (dataset: string, as: TestUser = reader): Promise<string[]> => (await get(`/datasets/${dataset}/rows`, as)).body.rows[0];
const policies = async (): Promise<TestResponse["body"][]> => (await get("/policies?limit=200", server.admin)).body.items;

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["data_engineer"], name: "Olga Owner" });
  reader = await server.user({ roles: ["data_analyst"], name: "Rita Reader" });
  steward = await server.user({ roles: ["steward"], name: "Sten Steward" });
});
afterEach(async () => {
  for (const { id, version } of await policies()) await server.request("DELETE", `/policies/${id}`, { as: server.admin, version });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the mask of a column", () => {
  it("holds for whoever lacks pii:view, is one policy however often it is set, and goes again", async () => {
    const { id, name } = await create();
    const path = `/datasets/${id}/schema/email/masking`;
    expect((await send("PATCH", path, { mask: "email" })).body).toEqual({ column: "email", mask: "email" });
    await send("PATCH", path, { mask: { kind: "redact" } });
    expect((await firstRow(id))[1]).toBe("********");
    expect((await firstRow(id, steward))[1]).toBe("ann@example.com");
    expect((await policies()).map((item) => [item.name, item.isSetting])).toEqual([[`Mask of ${name}.email`, true]]);
    await send("PATCH", path, { mask: null });
    expect((await firstRow(id))[1]).toBe("ann@example.com");
    expect((await send("PATCH", `/datasets/${id}/schema/nothing/masking`, { mask: "email" })).body.code).toBe("dataset.column_not_found");
    expect((await send("PATCH", path, { mask: "sideways" })).status).toBe(400);
    expect((await send("PATCH", path, { mask: "email" }, owner)).status).toBe(403);
  });
});

describe("what a column is about", () => {
  it("is said by those who manage policies, and policies follow it at once", async () => {
    const { id } = await create();
    await send("POST", "/policies", {
      name: "Mails",
      effect: "mask",
      mask: "hash",
      subjects: [{ kind: "everyone" }],
      targets: [{ kind: "column_tag", tag: "pii.email" }],
    });
    const tagged = await send("PUT", `/datasets/${id}/schema/email/tags`, { tags: ["pii.email", "contact"] });
    expect(tagged.body).toEqual({ column: "email", tags: ["contact", "pii.email"] });
    expect((await get("/rbac/column-tags", steward)).body.tags).toEqual(expect.arrayContaining([{ tag: "contact", columns: 1 }]));
    expect((await get("/rbac/column-tags", reader)).status).toBe(403);
    expect((await firstRow(id))[1]).toMatch(/^[0-9a-f]{12}$/);
    await send("PUT", `/datasets/${id}/schema/email/tags`, { tags: [] });
    expect((await firstRow(id))[1]).toBe("ann@example.com");
    expect((await send("PUT", `/datasets/${id}/schema/email/tags`, { tags: ["Not A Tag"] })).status).toBe(400);
  });
});

describe("the lists of a member", () => {
  it("let them in and keep them out by name", async () => {
    const [open, shut] = [await create({ visibility: "private" }), await create()];
    const path = `/rbac/users/${reader.email}/dataset-access`;
    const set = await send("PUT", path, { allow: [open.name], deny: [shut.id], level: "contributor" });
    expect(set.body).toEqual({ allow: [{ id: open.id, name: open.name }], deny: [{ id: shut.id, name: shut.name }], level: "contributor" });
    expect((await get(`/datasets/${open.id}`)).body.level).toBe("contributor");
    expect((await get(`/datasets/${shut.id}`)).status).toBe(404);
    expect((await get(`/rbac/check-dataset-access/${shut.id}`)).body).toMatchObject({ dataset: null, allowed: false, level: "none" });
    expect((await get(`/rbac/check-dataset-access/${open.name}`)).body).toMatchObject({ allowed: true, level: "contributor", reason: "You see all of it." });
    expect((await send("PUT", path, { allow: [open.id], deny: [open.id] })).body.code).toBe("policy.contradicts");
    expect((await send("PUT", path, { allow: ["No such dataset"] })).body.errors[0].path).toBe("body.allow.0");
    await send("PUT", path, {});
    expect(await policies()).toEqual([]);
  });

  it("mask columns for them alone, beside all other masks", async () => {
    const { id, name } = await create();
    const path = `/rbac/users/${reader.id}/column-masking`;
    const masks = [
      { dataset: name, column: "email", mask: "email" },
      { dataset: id, column: "region", mask: "redact" },
    ];
    expect((await send("PUT", path, { masks })).body.masks).toHaveLength(2);
    expect(await firstRow(id)).toEqual(["1", "a***@example.com", "********"]);
    expect(await firstRow(id, owner)).toEqual(["1", "ann@example.com", "north"]);
    await send("PUT", path, { masks: [] });
    expect(await firstRow(id)).toEqual(["1", "ann@example.com", "north"]);
  });

  it("is known by attributes that people administrators set", async () => {
    const path = `/users/${reader.id}/attributes`;
    expect((await send("PUT", path, { attributes: { region: "south" } }, server.admin)).body).toEqual({ attributes: { region: "south" } });
    expect((await get(path, steward)).body).toEqual({ attributes: { region: "south" } });
    expect((await send("PUT", path, { attributes: { region: "north" } }, reader)).status).toBe(403);
    expect((await send("PUT", path, { attributes: { "Not a name": "x" } }, server.admin)).status).toBe(400);
  });
});

describe("why", () => {
  it("is told to everybody about themselves, without columns that are not theirs to know of", async () => {
    const { id } = await create();
    const everyone = [{ kind: "everyone" }];
    const { columns } = (await get(`/datasets/${id}/schema`, owner)).body;
    const fieldId = (name: string): number => columns.find((item: { name: string }) => item.name === name).id;
    const column = (name: string) => [{ kind: "column", datasetId: id, fieldId: fieldId(name) }];
    const except = [{ kind: "role", name: "steward" }];
    await send("POST", "/policies", { name: "No regions", effect: "deny", subjects: everyone, except, targets: column("region") });
    await send("POST", "/policies", { name: "Mails", effect: "mask", mask: "email", subjects: everyone, except, targets: column("email") });
    const filter = { column: "region", op: "eq", value: "{{attribute.area}}" };
    await send("POST", "/policies", { name: "Areas", effect: "filter", filter, subjects: everyone, except, targets: [{ kind: "dataset", id }] });
    const mine = (await get(`/datasets/${id}/access`)).body;
    expect(mine).toMatchObject({ level: "viewer", rows: "none", because: [{ kind: "visibility" }], person: { id: reader.id } });
    expect(mine.columns).toMatchObject([
      { name: "id", visibility: "visible" },
      { name: "email", visibility: "masked", mask: "email", policies: [{ name: "Mails" }] },
    ]);
    expect(mine.filters).toMatchObject([
      { policy: { name: "Areas" }, text: "a condition on columns that are not yours to see", fault: "it cannot be applied, so no row is shown" },
    ]);
    expect(JSON.stringify(mine)).not.toContain("region");
    const theirs = (await get(`/datasets/${id}/access?user=${reader.email}`, steward)).body;
    expect(theirs.columns.map((item: { name: string; visibility: string }) => [item.name, item.visibility])).toContainEqual(["region", "hidden"]);
    expect(theirs.filters[0]).toMatchObject({ text: "region is {{attribute.area}}", fault: "{{attribute.area}} is not known of the reader" });
    expect((await get(`/datasets/${id}/access?user=${steward.id}`)).status).toBe(403);
    expect((await get(`/datasets/${id}/access?user=nobody@example.com`, steward)).body.code).toBe("user.not_found");
  });
});

describe("policies as YAML", () => {
  it("come back as they went", async () => {
    const { id, name } = await create();
    await send("POST", "/policies", {
      name: "North only",
      description: "Asked for by the north",
      effect: "filter",
      filter: { or: [{ column: "region", op: "eq", value: "north" }, { not: { column: "id", op: "gt", value: "1" } }] },
      subjects: [
        { kind: "user", id: reader.id },
        { kind: "role", name: "viewer" },
      ],
      targets: [{ kind: "dataset", id }],
      conditions: { days: [1, 2, 3, 4, 5], timeZone: "Europe/Berlin" },
    });
    const exported = await get("/policies/export", steward);
    expect(exported.headers["content-type"]).toContain("application/yaml");
    expect(exported.text).toContain(`- dataset: ${name}`);
    const again = await send("POST", "/policies/import", { yaml: exported.text, mode: "replace" });
    expect(again.body, again.text).toMatchObject({ applied: false, steps: [{ action: "unchanged", name: "North only" }], effects: { changes: [] } });
  });

  it("tell for whom something would change before anything does", async () => {
    const { id, name } = await create();
    const yaml = `
granaryPolicies: 1
policies:
  - name: Hashed mails
    effect: mask
    mask: hash
    subjects: [everyone]
    except: [{ permission: "pii:view" }]
    targets: [{ column: { dataset: ${name}, name: email } }]
`;
    const dry = (await send("POST", "/policies/import", { yaml })).body;
    expect(dry).toMatchObject({
      applied: false,
      steps: [{ action: "create", sentence: `Everyone, except people with the permission pii:view, sees email of ${name} masked (hash).` }],
    });
    const change = dry.effects.changes.find((item: { person: { id: string } }) => item.person.id === reader.id);
    expect(change).toMatchObject({ dataset: { id }, before: { masked: [] }, after: { masked: [{ column: "email", mask: "hash" }] } });
    expect(dry.effects.changes.map((item: { person: { id: string } }) => item.person.id)).not.toContain(steward.id);
    expect(await policies()).toEqual([]);
    expect((await send("POST", "/policies/import", { yaml, dryRun: false })).body.applied).toBe(true);
    expect((await firstRow(id))[1]).toMatch(/^[0-9a-f]{12}$/);
    const preview = await send("POST", "/policies/preview", { id: (await policies())[0].id, policy: null });
    expect(preview.body.effects.changes[0]).toMatchObject({ before: { masked: [{ column: "email" }] }, after: { masked: [] } });
    const gone = await send("POST", "/policies/import", { yaml: "granaryPolicies: 1\npolicies: []\n", mode: "replace", dryRun: false });
    expect(gone.body.steps).toMatchObject([{ action: "delete" }]);
  });

  it.each<[string, string, RegExp]>([
    ["that is none", "policies: [", /line 1, column/],
    ["with aliases that unfold", "a: &a [x]\nb: &b [*a, *a]\ngranaryPolicies: 1\npolicies: *b", /aliases|Unrecognized/],
    ["that is nested without end", `granaryPolicies: 1\npolicies: ${"[".repeat(20_000)}`, /nested|line/],
    ["with tags", "granaryPolicies: 1\npolicies: !!js/function 'x'", /line|tag/i],
    ["of another kind", "hello: world", /granaryPolicies|Unrecognized/i],
    [
      "that names nobody known",
      "granaryPolicies: 1\npolicies: [{name: A, effect: deny, subjects: [{user: ghost@example.com}], targets: [workspace]}]",
      /no member ghost/,
    ],
    [
      "that locks everyone out",
      "granaryPolicies: 1\npolicies: [{name: A, effect: deny, subjects: [everyone], targets: [workspace]}]",
      /administrators included/,
    ],
  ])("refuse a file %s", async (_, yaml, message) => {
    const refused = await send("POST", "/policies/import", { yaml, dryRun: false });
    expect([400, 422], refused.text).toContain(refused.status);
    expect(JSON.stringify(refused.body)).toMatch(message);
    expect(await policies()).toEqual([]);
  });
});
