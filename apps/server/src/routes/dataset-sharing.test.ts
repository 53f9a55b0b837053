import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let owner: TestUser;
let sequence = 0;

async function create(fields: Readonly<Record<string, string>> = {}): Promise<string> {
  sequence += 1;
  const { body, headers } = multipartForm({ name: `Dataset ${sequence}`, ...fields }, { name: "data.csv", content: "a\n1\n" });
  const response = await server.request("POST", "/datasets?wait=true", { as: owner, body, headers });
  expect(response.status, response.text).toBe(201);
  return response.body.dataset.id;
}

const share = (dataset: string, body: object, as: TestUser = owner): Promise<TestResponse> =>
  server.request("POST", `/datasets/${dataset}/permissions`, { as, body });
const permissions = async (dataset: string): Promise<TestResponse["body"][]> =>
  (await server.request("GET", `/datasets/${dataset}/permissions`, { as: owner })).body.items;
const see = async (dataset: string, as: TestUser): Promise<number> => (await server.request("GET", `/datasets/${dataset}`, { as })).status;
const events = (dataset: string) =>
  server.services.database
    .reader("system")
    .selectFrom("events")
    .select(["type", "actor_id"])
    .where("subject_id", "=", dataset)
    .where("type", "like", "dataset.access%")
    .orderBy("id")
    .execute();
const told = async (as: TestUser): Promise<string[]> =>
  (await server.request("GET", "/notifications", { as })).body.items.map((item: { kind: string }) => item.kind);

async function groupOf(...people: TestUser[]): Promise<string> {
  sequence += 1;
  const { body } = await server.request("POST", "/groups", { as: server.admin, body: { name: `Group ${sequence}` } });
  await server.request("POST", `/groups/${body.id}/members`, { as: server.admin, body: { users: people.map(({ id }) => id) } });
  return body.id;
}

beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
  owner = await server.user({ roles: ["data_engineer"], name: "Olga Owner" });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("sharing", () => {
  it("by e-mail works at once, tells the person, and ends at once", async () => {
    const dataset = await create();
    const colleague = await server.user({ name: "Carl Colleague" });
    expect(await see(dataset, colleague)).toBe(404);
    const granted = await share(dataset, { email: colleague.email.toUpperCase(), level: "viewer" });
    expect(granted).toMatchObject({ status: 201, body: { id: colleague.id, kind: "user", level: "viewer", because: "grant", grantedBy: "Olga Owner" } });
    expect(await see(dataset, colleague)).toBe(200);
    expect(await told(colleague)).toEqual(["dataset.access_granted"]);
    expect((await server.request("GET", "/datasets?q=dataset", { as: colleague })).body.items).toMatchObject([{ id: dataset }]);
    expect((await server.request("DELETE", `/datasets/${dataset}/permissions/${colleague.email}`, { as: owner })).status).toBe(204);
    expect(await see(dataset, colleague)).toBe(404);
    expect((await server.request("GET", "/datasets", { as: colleague })).body.items).toEqual([]);
    expect(await events(dataset)).toEqual(["dataset.access_granted", "dataset.access_revoked"].map((type) => ({ type, actor_id: owner.id })));
  });

  it("with a group holds for its members while they are in it and while it is there", async () => {
    const dataset = await create();
    const member = await server.user();
    const group = await groupOf(member);
    expect((await share(dataset, { groupId: group, level: "contributor" })).body).toMatchObject({ id: group, kind: "group" });
    expect((await server.request("GET", `/datasets/${dataset}`, { as: member })).body.level).toBe("contributor");
    expect((await server.request("GET", "/datasets", { as: member })).body.items).toMatchObject([{ id: dataset }]);
    await server.request("DELETE", `/groups/${group}/members/${member.id}`, { as: server.admin });
    expect(await see(dataset, member)).toBe(404);
    await server.request("DELETE", `/groups/${group}`, { as: server.admin });
    expect((await permissions(dataset)).map((item) => item.kind)).toEqual(["user"]);
  });

  it("with everyone is the visibility for readers and a grant for more", async () => {
    const dataset = await create();
    const somebody = await server.user({ roles: ["contributor"] });
    expect((await share(dataset, { everyone: true, level: "viewer" })).body).toMatchObject({ id: "everyone", because: "visibility", level: "viewer" });
    const read = await server.request("GET", `/datasets/${dataset}`, { as: somebody });
    expect(read.body).toMatchObject({ visibility: "workspace", level: "viewer" });
    await server.request("PATCH", `/datasets/${dataset}/permissions/everyone`, { as: owner, body: { level: "contributor" } });
    expect((await server.request("GET", `/datasets/${dataset}`, { as: somebody })).body.level).toBe("contributor");
    const refused = await server.request("PATCH", `/datasets/${dataset}/permissions/everyone`, { as: owner, body: { level: "owner" } });
    expect(refused.body.code).toBe("request.invalid");
    await server.request("DELETE", `/datasets/${dataset}/permissions/everyone`, { as: owner });
    expect(await see(dataset, somebody)).toBe(404);
  });

  it("with everyone ends when the dataset is made private", async () => {
    const dataset = await create();
    await share(dataset, { everyone: true, level: "contributor" });
    const { body } = await server.request("GET", `/datasets/${dataset}`, { as: owner });
    await server.request("PATCH", `/datasets/${dataset}`, { as: owner, body: { visibility: "private" }, version: body.version });
    expect(await see(dataset, await server.user())).toBe(404);
    expect((await permissions(dataset)).map((item) => item.id)).toEqual([owner.id]);
  });

  it("lists who has access and why, in pages", async () => {
    const dataset = await create({ visibility: "workspace" });
    const [first, second] = [await server.user({ name: "Anna" }), await server.user({ name: "Bert" })];
    const group = await groupOf(first);
    for (const body of [{ email: second.email }, { email: first.email }, { groupId: group }]) await share(dataset, { ...body, level: "viewer" });
    expect((await permissions(dataset)).map((item) => [item.id, item.because])).toEqual([
      [owner.id, "owner"],
      ["everyone", "visibility"],
      [group, "grant"],
      [first.id, "grant"],
      [second.id, "grant"],
    ]);
    const page = await server.request("GET", `/datasets/${dataset}/permissions?limit=3`, { as: owner });
    const rest = await server.request("GET", `/datasets/${dataset}/permissions?limit=3&cursor=${page.body.next}`, { as: owner });
    expect(rest.body.items.map((item: { name: string }) => item.name)).toEqual(["Anna", "Bert"]);
  });

  it("keeps an owner", async () => {
    const dataset = await create();
    for (const [method, body] of [
      ["DELETE", undefined],
      ["PATCH", { level: "viewer" }],
    ] as const) {
      const refused = await server.request(method, `/datasets/${dataset}/permissions/${owner.email}`, { as: owner, ...(body === undefined ? {} : { body }) });
      expect(refused.body.code).toBe("dataset.last_owner");
    }
    const deputy = await server.user({ roles: ["data_engineer"] });
    await share(dataset, { email: deputy.email, level: "owner" });
    await server.services.database.tx("system", (tx) => tx.updateTable("datasets").set({ owner_id: null }).where("id", "=", dataset).execute());
    expect((await server.request("DELETE", `/datasets/${dataset}/permissions/${deputy.id}`, { as: deputy })).body.code).toBe("dataset.last_owner");
  });

  it("refuses people who are not here, groups of others and grants nobody has", async () => {
    const dataset = await create();
    const stranger = await server.user({ workspace: await server.newWorkspace() });
    expect((await share(dataset, { email: stranger.email, level: "viewer" })).body.code).toBe("user.not_found");
    expect((await share(dataset, { groupId: "grp_0123456789abcdefghjkmnpqrs", level: "viewer" })).body.code).toBe("group.not_found");
    expect((await server.request("DELETE", `/datasets/${dataset}/permissions/${stranger.email}`, { as: owner })).body.code).toBe("permission.not_found");
    expect((await share(dataset, { everyone: true, level: "owner" })).status).toBe(400);
  });

  it("does not come back to life when somebody leaves and returns", async () => {
    const dataset = await create();
    const guest = await server.user();
    const elsewhere = await server.newWorkspace();
    await server.services.database.tx("system", (tx) =>
      tx
        .insertInto("memberships")
        .values({ workspace_id: elsewhere.id, user_id: guest.id, roles: ["viewer"] })
        .execute(),
    );
    await share(dataset, { email: guest.email, level: "viewer" });
    await server.request("DELETE", `/users/${guest.id}`, { as: server.admin });
    await server.services.database.tx("system", (tx) =>
      tx
        .insertInto("memberships")
        .values({ workspace_id: server.workspace.id, user_id: guest.id, roles: ["viewer"] })
        .execute(),
    );
    expect(await see(dataset, guest)).toBe(404);
  });
});

describe("every level and every route", () => {
  const LEVELS = ["none", "viewer", "contributor", "owner", "administrator"] as const;
  /** The lowest level a route demands. */
  interface Demand {
    readonly method: string;
    readonly path: string;
    readonly needed: (typeof LEVELS)[number];
    readonly body?: object;
  }
  const ROUTES: readonly Demand[] = [
    { method: "GET", path: "", needed: "viewer" },
    { method: "GET", path: "/meta/history", needed: "viewer" },
    { method: "GET", path: "/batches", needed: "viewer" },
    { method: "GET", path: "/rows", needed: "viewer" },
    { method: "PATCH", path: "", needed: "contributor", body: { description: "x" } },
    { method: "PATCH", path: "/meta", needed: "owner", body: { visibility: "askable" } },
    { method: "GET", path: "/permissions", needed: "owner" },
    { method: "POST", path: "/permissions", needed: "owner", body: { everyone: true, level: "viewer" } },
    { method: "DELETE", path: "/permissions/nobody@example.com", needed: "owner" },
    { method: "PATCH", path: "/permissions/nobody@example.com", needed: "owner", body: { level: "viewer" } },
    { method: "DELETE", path: "", needed: "owner" },
  ];
  const people = new Map<string, TestUser>();

  beforeAll(async () => {
    for (const level of LEVELS) people.set(level, level === "administrator" ? server.admin : await server.user({ roles: ["data_engineer"] }));
  });

  it.each(ROUTES)("$method /datasets/{dataset}$path is for $needed and above", async ({ method, path, needed, body }) => {
    const dataset = await create();
    const allowed = path.includes("nobody") ? "permission.not_found" : "allowed";
    const answers: string[] = [];
    for (const level of LEVELS) {
      const person = people.get(level) ?? owner;
      if (level !== "none" && level !== "administrator") await share(dataset, { email: person.email, level });
      const { version } = (await server.request("GET", `/datasets/${dataset}`, { as: owner })).body;
      const response = await server.request(method, `/datasets/${dataset}${path}`, { as: person, version, ...(body === undefined ? {} : { body }) });
      answers.push(response.body.code ?? "allowed");
      if (method === "DELETE") await server.request("POST", `/datasets/${dataset}/restore`, { as: owner });
    }
    const refused = (level: (typeof LEVELS)[number]): string => (level === "none" ? "dataset.not_found" : "access.denied");
    expect(answers).toEqual(LEVELS.map((level, index) => (index < LEVELS.indexOf(needed) ? refused(level) : allowed)));
  });

  it("asks for the permission to share besides being owner", async () => {
    const person = await server.user({ roles: ["executor"] });
    const dataset = await create();
    await share(dataset, { email: person.email, level: "owner" });
    expect((await share(dataset, { everyone: true, level: "viewer" }, person)).body.code).toBe("access.denied");
  });

  it("lets contributors share what they own, and nothing else", async () => {
    const person = await server.user({ roles: ["contributor"] });
    const dataset = await create();
    expect((await share(dataset, { everyone: true, level: "viewer" }, person)).body.code).toBe("dataset.not_found");
    await share(dataset, { email: person.email, level: "contributor" });
    expect((await share(dataset, { everyone: true, level: "viewer" }, person)).body.code).toBe("access.denied");
    await server.request("PATCH", `/datasets/${dataset}/permissions/${person.email}`, { as: owner, body: { level: "owner" } });
    expect((await share(dataset, { everyone: true, level: "viewer" }, person)).status).toBe(201);
  });
});

describe("asking for access", () => {
  const ask = (dataset: string, as: TestUser, body: object = {}): Promise<TestResponse> =>
    server.request("POST", `/datasets/${dataset}/access-requests`, { as, body });
  const requests = async (as: TestUser, role: string): Promise<TestResponse["body"][]> =>
    (await server.request("GET", `/access-requests?role=${role}`, { as })).body.items;

  it("tells nobody that a private dataset exists", async () => {
    const dataset = await create();
    const asker = await server.user();
    expect((await ask(dataset, asker)).body.code).toBe("dataset.not_found");
    expect((await ask("ds_0123456789abcdefghjkmnpqrs", asker)).body.code).toBe("dataset.not_found");
  });

  it("is offered with the owner's name to whoever has the address of an askable dataset, and not by name", async () => {
    const dataset = await create({ name: "Askable one", visibility: "askable" });
    const asker = await server.user();
    const refused = await server.request("GET", `/datasets/${dataset}`, { as: asker });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: "dataset.not_shared", detail: "This dataset is not shared with you. You may ask Olga Owner for access." },
    });
    expect((await server.request("GET", `/datasets/${dataset}/rows`, { as: asker })).body.code).toBe("dataset.not_shared");
    expect((await server.request("GET", "/datasets/Askable%20one", { as: asker })).body.code).toBe("dataset.not_found");
    expect((await server.request("GET", "/datasets?q=askable", { as: asker })).body.items).toEqual([]);
    expect((await server.request("GET", `/datasets/${dataset}`, { as: await server.user({ workspace: await server.newWorkspace() }) })).status).toBe(404);
  });

  it("tells the owner, is approved at once, and tells whoever asked", async () => {
    const dataset = await create({ visibility: "askable" });
    const asker = await server.user({ name: "Ines Interested" });
    const asked = await ask(dataset, asker, { level: "viewer", reason: "For the yearly report" });
    expect(asked).toMatchObject({
      status: 201,
      body: { state: "pending", level: "viewer", askedBy: { name: "Ines Interested" }, can: { decide: false, withdraw: true } },
    });
    expect((await ask(dataset, asker, { level: "contributor", reason: "To correct it too" })).body.id).toBe(asked.body.id);
    expect((await told(owner)).filter((kind) => kind === "dataset.access_asked")).toHaveLength(1);
    expect(await requests(asker, "mine")).toMatchObject([{ id: asked.body.id, level: "contributor" }]);
    expect(await requests(owner, "decide")).toMatchObject([{ id: asked.body.id, can: { decide: true } }]);
    expect(await requests(await server.user({ roles: ["data_engineer"] }), "decide")).toEqual([]);
    const approved = await server.request("POST", `/access-requests/${asked.body.id}/approve`, { as: owner, body: { level: "viewer", reason: "To read" } });
    expect(approved.body).toMatchObject({ state: "approved", level: "viewer", answer: "To read", decidedBy: "Olga Owner" });
    expect((await server.request("GET", `/datasets/${dataset}`, { as: asker })).body.level).toBe("viewer");
    expect(await told(asker)).toContain("dataset.access_approved");
    expect((await server.request("POST", `/access-requests/${asked.body.id}/deny`, { as: owner, body: {} })).body.code).toBe("access_request.decided");
    expect((await events(dataset)).map(({ type }) => type).toSorted()).toEqual(["dataset.access_approved", "dataset.access_asked", "dataset.access_granted"]);
  });

  it("is denied with a reason, may be asked again, and is taken back", async () => {
    const dataset = await create({ visibility: "workspace" });
    const asker = await server.user({ roles: ["contributor"] });
    expect((await ask(dataset, asker)).body.code).toBe("access_request.not_needed");
    const first = await ask(dataset, asker, { level: "contributor" });
    const denied = await server.request("POST", `/access-requests/${first.body.id}/deny`, { as: owner, body: { reason: "Not yet" } });
    expect(denied.body).toMatchObject({ state: "denied", answer: "Not yet" });
    expect((await server.request("GET", `/datasets/${dataset}`, { as: asker })).body.level).toBe("viewer");
    const second = await ask(dataset, asker, { level: "contributor" });
    expect(second.body.id).not.toBe(first.body.id);
    expect((await server.request("DELETE", `/access-requests/${second.body.id}`, { as: owner })).body.code).toBe("access_request.not_found");
    expect((await server.request("DELETE", `/access-requests/${second.body.id}`, { as: asker })).status).toBe(204);
    expect((await server.request("DELETE", `/access-requests/${first.body.id}`, { as: asker })).body.code).toBe("access_request.decided");
  });

  it("is decided by nobody else, for whom the request does not exist", async () => {
    const dataset = await create({ visibility: "workspace" });
    const { body } = await ask(dataset, await server.user(), { level: "owner" });
    const outsider = await server.user({ roles: ["data_engineer"] });
    const decided = await server.request("POST", `/access-requests/${body.id}/approve`, { as: outsider, body: {} });
    expect([403, 404]).toContain(decided.status);
    expect((await server.request("POST", `/access-requests/${body.id}/approve`, { as: server.admin, body: {} })).status).toBe(200);
  });
});
