import { startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let engineer: TestUser;
let sequence = 0;

const rows = (settings: object = {}) => ({
  id: "people",
  kind: "source_rows",
  settings: {
    columns: [
      { name: "id", type: "integer" },
      { name: "name", type: "text" },
    ],
    rows: [
      ["1", "Ann"],
      ["2", "Bob"],
    ],
    ...settings,
  },
});
const filter = (condition: string) => ({ id: "some", kind: "filter", settings: { condition } });
const target = { id: "kept", kind: "to_dataset", settings: { dataset: "Kept people" } };
const edges = [
  { from: "people", to: "some" },
  { from: "some", to: "kept" },
];

function document(fields: object = {}): Record<string, unknown> {
  sequence += 1;
  return { name: `Pipeline ${sequence}`, nodes: [rows(), filter("id > 1"), target], edges, ...fields };
}

const ask = (method: string, path: string, body?: unknown, as: TestUser = engineer) =>
  server.request(method, path, { as, ...(body === undefined ? {} : { body }) });
async function create(fields: object = {}) {
  const { status, text, body } = await ask("POST", "/pipelines", { document: document(fields) });
  expect(status, text).toBe(201);
  return body;
}

beforeAll(async () => {
  server = await startTestServer();
  engineer = await server.user({ roles: ["data_engineer"], name: "Eva Engineer" });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("documents", () => {
  it("are kept with their defaults, shown, listed and found by name", async () => {
    const made = await create({ tags: ["people"], description: "All of them" });
    expect(made).toMatchObject({ documentVersion: 1, version: 1, enabled: true, nodeCount: 3, faults: [], lastRun: null, runsAs: { name: "Eva Engineer" } });
    expect(made.document.nodes[0]).toMatchObject({ title: "", keepOutput: false });
    expect((await ask("GET", `/pipelines/${made.name}`)).body.id).toBe(made.id);
    const listed = await ask("GET", "/pipelines?tag=people&limit=1");
    expect(listed.body.items).toMatchObject([{ id: made.id, can: { update: true, run: true, schedule: true } }]);
    expect((await ask("GET", "/pipelines?q=nothing-like-it")).body.items).toEqual([]);
    expect((await ask("POST", "/pipelines", { document: document({ name: made.name.toUpperCase() }) })).body.code).toBe("pipeline.name_taken");
  });

  it("are kept with faults, which are told", async () => {
    const { body } = await ask("POST", "/pipelines", { document: document({ nodes: [rows(), filter("nmae = 'x'"), target] }) });
    expect(body.faults).toMatchObject([{ severity: "error", node: "some", path: "condition" }]);
    expect((await ask("POST", `/pipelines/${body.id}/execute`, {})).body).toMatchObject({
      code: "pipeline.invalid",
      errors: [{ path: "nodes.some.condition" }],
    });
  });

  it("are saved as versions, the same one not twice", async () => {
    const made = await create();
    const changed = { ...made.document, nodes: [rows(), filter("id > 0"), target] };
    const saved = await ask("PUT", `/pipelines/${made.id}`, { document: changed, base: 1, note: "More" });
    expect(saved.body, saved.text).toMatchObject({ documentVersion: 2, version: 2 });
    expect((await ask("PUT", `/pipelines/${made.id}`, { document: changed, base: 2 })).body.documentVersion).toBe(2);
    const versions = await ask("GET", `/pipelines/${made.id}/versions`);
    expect(versions.body.items).toMatchObject([{ number: 2, note: "More", author: { name: "Eva Engineer" } }, { number: 1 }]);
    expect((await ask("GET", `/pipelines/${made.id}/versions/1`)).body.document.nodes[1].settings.condition).toBe("id > 1");
    const restored = await ask("POST", `/pipelines/${made.id}/versions/1/restore`);
    expect(restored.body).toMatchObject({ documentVersion: 3 });
    expect(restored.body.document.nodes[1].settings.condition).toBe("id > 1");
    expect((await ask("GET", `/pipelines/${made.id}/versions/9`)).body.code).toBe("pipeline.version_not_found");
  });

  it("saved by two people keep the changes of both, unless both changed the same", async () => {
    const made = await create();
    const [first, , third] = made.document.nodes;
    const mine = { ...made.document, nodes: [first, filter("id > 0"), third] };
    const theirs = { ...made.document, nodes: [first, filter("id > 1"), { ...third, title: "Kept" }] };
    expect((await ask("PUT", `/pipelines/${made.id}`, { document: theirs, base: 1 })).body.documentVersion).toBe(2);
    const saved = await ask("PUT", `/pipelines/${made.id}`, { document: mine, base: 1 });
    expect(saved.body.documentVersion, saved.text).toBe(3);
    expect(saved.body.document.nodes).toMatchObject([{}, { settings: { condition: "id > 0" } }, { title: "Kept" }]);
    const late = await ask("PUT", `/pipelines/${made.id}`, { document: { ...made.document, nodes: [first, filter("id > 7"), third] }, base: 1 });
    expect(late.body).toMatchObject({ status: 409, code: "pipeline.conflict", detail: expect.stringContaining("some") });
    const difference = await ask("GET", `/pipelines/${made.id}/versions/3/compare?with=1`);
    expect(difference.body.nodes.map(({ id, change }: { id: string; change: string }) => [id, change])).toEqual([
      ["some", "changed"],
      ["kept", "changed"],
    ]);
  });

  it("saved with an API key run with no more than the key may", async () => {
    const key = await server.request("POST", "/api-keys", {
      as: engineer,
      body: { name: "Narrow", scopes: ["pipeline:read", "pipeline:create", "pipeline:run"], expiresAt: null },
    });
    const made = await server.request("POST", "/pipelines", { as: key.body.secret, body: { document: document() } });
    expect(made.status, made.text).toBe(201);
    await ask("POST", `/pipelines/${made.body.id}/execute`, {});
    const rows = await server.services.database.reader("system").selectFrom("runs").select("asker").where("pipeline_id", "=", made.body.id).execute();
    expect(rows).toMatchObject([{ asker: { personId: engineer.id, permissions: expect.not.arrayContaining(["dataset:update"]) } }]);
  });

  it("go out to files and come back the same", async () => {
    const made = await create({
      parameters: [{ name: "since", type: "date", default: "2026-01-31" }],
      comments: [{ id: "c1", text: "Line\nbreak: 'x'", position: { x: 1, y: 2 } }],
    });
    for (const format of ["yaml", "json"]) {
      const { text } = await ask("GET", `/pipelines/${made.id}/export?format=${format}`);
      const parsed = await ask("POST", "/pipelines/parse", { text });
      expect(parsed.body.document).toEqual(made.document);
    }
    const broken = await ask("POST", "/pipelines/parse", { text: "name: x\nnodes:\n  - {id: a, kind: nothing}\n" });
    expect(broken.body).toMatchObject({ status: 422, code: "pipeline.file_invalid" });
  });

  it("are deleted by those who may", async () => {
    const made = await create();
    const viewer = await server.user({ roles: ["viewer"] });
    expect((await ask("DELETE", `/pipelines/${made.id}`, undefined, viewer)).status).toBe(403);
    expect((await ask("DELETE", `/pipelines/${made.id}`)).status).toBe(204);
    expect((await ask("GET", `/pipelines/${made.id}`)).body.code).toBe("pipeline.not_found");
    expect((await ask("POST", "/pipelines", { document: document({ name: made.name }) })).status).toBe(201);
  });

  it("do not tell of datasets that their reader may not see", async () => {
    const { body } = await ask("POST", "/pipelines/check", {
      document: document({ nodes: [{ id: "x", kind: "source_dataset", settings: { dataset: "Hidden" } }], edges: [] }),
    });
    expect(body.faults).toContainEqual(expect.objectContaining({ code: "node.unknown_dataset", node: "x" }));
  });

  it("get the columns of SQL from the engine", async () => {
    const nodes = [rows(), { id: "counted", kind: "sql", settings: { text: "select name, count(*) as n from input group by 1" } }, target];
    const sqlEdges = [
      { from: "people", to: "counted", toPort: "input" },
      { from: "counted", to: "kept" },
    ];
    const { body } = await ask("POST", "/pipelines/check", { document: document({ nodes, edges: sqlEdges }) });
    expect(body.faults).toEqual([]);
    expect(body.columns.counted.out).toEqual([
      { name: "name", type: "text" },
      { name: "n", type: "integer" },
    ]);
  });
});

describe("what starts a pipeline", () => {
  const daily = { id: "daily", kind: "schedule", cron: ["0 6 * * *"], timeZone: "Europe/Berlin" };

  it("needs the right to set it", async () => {
    const contributor = await server.user({ roles: ["analyst"] });
    const refused = await ask("POST", "/pipelines", { document: document({ triggers: [daily] }) }, contributor);
    expect(refused.body.code).toBe("access.denied");
    const made = await create({ triggers: [daily] });
    expect(made).toMatchObject({ triggers: [{ id: "daily", text: "Every day at 06:00 (Europe/Berlin)", enabled: true }] });
    expect(Date.parse(made.nextRunAt)).toBeGreaterThan(Date.now());
    const off = await ask("POST", `/pipelines/${made.id}/enabled`, { enabled: false });
    expect(off.body).toMatchObject({ enabled: false, nextRunAt: null });
  });

  it("is refused when it cannot be read", async () => {
    const wrong = await ask("POST", "/pipelines", { document: document({ triggers: [{ ...daily, cron: ["61 * * * *"] }] }) });
    expect(wrong.body.code).toBe("pipeline.schedule_invalid");
  });

  it("may not be the pipeline itself, not by way of others either", async () => {
    const own = await create({ triggers: [{ id: "again", kind: "dataset", datasets: ["Kept people"] }] });
    expect(own.faults).toMatchObject([{ code: "trigger.circle", path: "triggers.0" }]);
    const first = await create();
    const second = await create({
      nodes: [rows(), { ...target, settings: { dataset: "Second" } }],
      edges: [{ from: "people", to: "kept" }],
      triggers: [{ id: "t", kind: "pipeline", pipelines: [first.name] }],
    });
    expect(second.faults).toEqual([]);
    const closed = await ask("PUT", `/pipelines/${first.id}`, {
      document: { ...first.document, triggers: [{ id: "t", kind: "dataset", datasets: ["second"] }] },
      base: 1,
    });
    expect(closed.body.faults).toMatchObject([{ code: "trigger.circle" }]);
  });

  it("is previewed with words about changed clocks", async () => {
    const { body } = await ask("POST", "/pipelines/next-runs", { cron: ["30 2 * * *"], timeZone: "Europe/Berlin", count: 2, after: "2026-03-28T12:00:00Z" });
    expect(body.items).toMatchObject([
      { at: "2026-03-29T01:00:00.000Z", local: "2026-03-29 03:00", note: "02:30 does not exist that day, because clocks are put forward: it runs at 03:00." },
      { at: "2026-03-30T00:30:00.000Z", note: null },
    ]);
  });
});
