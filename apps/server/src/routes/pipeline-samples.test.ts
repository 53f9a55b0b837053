import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let engineer: TestUser;

const people = {
  id: "people",
  kind: "source_rows",
  settings: {
    columns: [
      { name: "id", type: "integer" },
      { name: "name", type: "text" },
      { name: "paid", type: "decimal(10,2)" },
    ],
    rows: [
      ["1", "Ann", "1.50"],
      ["2", "Bob", "20.00"],
      ["3", null, "3"],
    ],
  },
};
const ask = (path: string, body: unknown, as: TestUser = engineer) => server.request("POST", path, { as, body });

beforeAll(async () => {
  server = await startTestServer();
  engineer = await server.user({ roles: ["data_engineer"] });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a sample", () => {
  it("shows the rows, a profile and the SQL of every node", async () => {
    const document = {
      name: "Sampled",
      nodes: [
        people,
        { id: "some", kind: "filter", settings: { condition: "paid > 2" } },
        { id: "asked", kind: "sql", settings: { text: "select count(*) as n, sum(paid) as paid from input where paid > $least" } },
        { id: "kept", kind: "to_dataset", settings: { dataset: "Nowhere" } },
      ],
      parameters: [{ name: "least", type: "number", default: "0" }],
      edges: [
        { from: "people", to: "some" },
        { from: "some", to: "asked", toPort: "input" },
        { from: "asked", to: "kept" },
        { from: "some", fromPort: "rest", to: "left" },
      ],
    };
    const { body, text } = await ask("/pipelines/sample", { document: { ...document, edges: document.edges.slice(0, 3) }, parameters: { least: 5 } });
    expect(body.faults, text).toEqual([]);
    const at = (node: string, port = "out") => body.items.find((item: { node: string; port: string }) => item.node === node && item.port === port);
    expect(at("people")).toMatchObject({ total: 3, profile: [{ nulls: 0, distinct: 3, min: "1", max: "3" }, { nulls: 1, distinct: 2 }, {}] });
    expect(at("some")).toMatchObject({
      rows: [
        ["2", "Bob", "20.00"],
        ["3", null, "3.00"],
      ],
      fault: null,
    });
    expect(at("some").sql).toMatch(/select/i);
    expect(at("some", "rest").rows).toEqual([["1", "Ann", "1.50"]]);
    expect(at("asked").rows).toEqual([["1", "20.00"]]);
    expect(at("kept", "in").rows).toEqual([["1", "20.00"]]);
  });

  it("says why a node has no rows, and goes on with the others", async () => {
    const document = {
      name: "Half",
      nodes: [
        people,
        { id: "bad", kind: "filter", settings: { condition: "nothing > 2" } },
        { id: "after", kind: "limit", settings: { rows: 1 } },
        { id: "fails", kind: "cast", settings: { columns: [{ column: "name", type: "integer" }] } },
        { id: "good", kind: "limit", settings: { rows: 1 } },
      ],
      edges: [
        { from: "people", to: "bad" },
        { from: "bad", to: "after" },
        { from: "people", to: "fails" },
        { from: "people", to: "good" },
      ],
    };
    const { body } = await ask("/pipelines/sample", { document });
    const faults = Object.fromEntries(
      body.items.map((item: { node: string; fault: string | null; total: number | null }) => [item.node, [item.fault === null, item.total]]),
    );
    expect(faults).toMatchObject({ people: [true, 3], bad: [false, null], after: [false, null], fails: [false, null], good: [true, 1] });
  });

  it("reads datasets as its reader may", async () => {
    await server.startWorker();
    const form = multipartForm({ name: "Paid" }, { name: "d.csv", content: "id,secret\n1,alpha\n2,beta\n" });
    const loaded = await server.request("POST", "/datasets?wait=true", { as: engineer, ...form });
    const dataset: string = loaded.body.dataset.id;
    const document = { name: "Reads", nodes: [{ id: "rows", kind: "source_dataset", settings: { dataset: "Paid" } }], edges: [] };
    expect((await ask("/pipelines/sample", { document })).body.items[0].rows).toEqual([
      ["1", "alpha"],
      ["2", "beta"],
    ]);
    const other = await server.user({ roles: ["data_engineer"] });
    const refused = await ask("/pipelines/sample", { document }, other);
    expect(JSON.stringify(refused.body)).not.toContain("alpha");
    expect(refused.body.items[0].fault).toMatch(/no dataset Paid/);
    await server.request("POST", `/datasets/${dataset}/permissions`, { as: engineer, body: { email: other.email, level: "viewer" } });
    expect((await ask("/pipelines/sample", { document }, other)).body.items[0].total).toBe(2);
  });
});

describe("tests of a document", () => {
  const document = (expected: object, ordered = false) => ({
    name: "Tested",
    nodes: [people, { id: "some", kind: "filter", settings: { condition: "paid > 2" } }],
    edges: [{ from: "people", to: "some" }],
    tests: [
      {
        name: "large ones",
        inputs: {
          people: [
            { id: "7", name: "Zoe", paid: "3.5" },
            { id: "8", paid: "1" },
          ],
        },
        expected: { some: expected },
        ordered,
      },
    ],
  });

  it("compare values in their types, whatever the order of rows", async () => {
    const { body, text } = await ask("/pipelines/tests", { document: document([{ id: "7", paid: "3.500" }]) });
    expect(body.items, text).toMatchObject([{ name: "large ones", ok: true, fault: null }]);
  });

  it("tell rows that are missing and rows that are too many", async () => {
    const { body } = await ask("/pipelines/tests", { document: document([{ id: "8" }, { id: "8" }]) });
    expect(body.items).toMatchObject([{ ok: false, nodes: [{ node: "some", missing: [["8"], ["8"]], unexpected: [["7"]], columns: ["id"] }] }]);
  });
});

describe("functions", () => {
  const definition = { arguments: [{ name: "a", type: "integer" }], returns: "integer", body: "a * 2", tests: [{ name: "two", inputs: ["2"], expected: "4" }] };

  it("are created, tried, changed as versions, used and not deleted while they are", async () => {
    const tried = await ask("/transformations/try", { language: "sql", definition, rows: [["5"], [null]] });
    expect(tried.body, tried.text).toMatchObject({
      ok: true,
      results: [
        { value: "10", fault: null },
        { value: null, fault: null },
      ],
      tests: [{ name: "two", ok: true }],
    });
    const script = { ...definition, body: "return row.a * 2" };
    const triedScript = await ask("/transformations/try", {
      language: "javascript",
      definition: { ...script, tests: [{ name: "three", inputs: ["3"], expected: "7" }] },
      rows: [["5"]],
    });
    expect(triedScript.body).toMatchObject({ ok: false, results: [{ value: "10" }], tests: [{ ok: false, got: "6" }] });
    expect(triedScript.body.isolation).toMatch(/bubblewrap|quickjs/);
    const made = await ask("/transformations", { name: "twice", language: "sql", definition });
    expect(made.body, made.text).toMatchObject({ name: "twice", signature: "twice(a integer) → integer", documentVersion: 1, can: { update: true } });
    expect((await ask("/transformations", { name: "twice", language: "sql", definition })).body.code).toBe("transformation.name_taken");
    const changed = await server.request("PATCH", "/transformations/twice", {
      as: engineer,
      version: 1,
      body: { definition: { ...definition, body: "a + a" }, note: "Plus" },
    });
    expect(changed.body).toMatchObject({ documentVersion: 2, version: 2 });
    const versions = await server.request("GET", "/transformations/twice/versions", { as: engineer });
    expect(versions.body.items).toMatchObject([{ number: 2, note: "Plus" }, { number: 1 }]);
    const document = {
      name: "Uses it",
      nodes: [people, { id: "more", kind: "derive", settings: { columns: [{ name: "double", expression: "twice(id)" }] } }],
      edges: [{ from: "people", to: "more" }],
    };
    const sample = await ask("/pipelines/sample", { document, nodes: ["more"] });
    expect(
      sample.body.items[0].rows.map((row: string[]) => row.at(-1)),
      sample.text,
    ).toEqual(["2", "4", "6"]);
    await ask("/pipelines", { document });
    expect((await server.request("DELETE", "/transformations/twice", { as: engineer })).body).toMatchObject({ code: "transformation.in_use" });
  });

  it("run over whole rows in pipelines when they are JavaScript", async () => {
    const made = await ask("/transformations", {
      name: "greet",
      language: "javascript",
      definition: { arguments: [{ name: "who", type: "text" }], returns: "text", body: "row.who === null ? null : 'Hi ' + row.who" },
    });
    expect(made.status, made.text).toBe(201);
    const node = { id: "greeted", kind: "function", settings: { function: "greet", inputs: { who: "name" }, outputs: [{ name: "greeting", type: "text" }] } };
    const { body, text } = await ask("/pipelines/sample", {
      document: { name: "Greets", nodes: [people, node], edges: [{ from: "people", to: "greeted" }] },
      nodes: ["greeted"],
    });
    expect(body.items[0].rows, text).toEqual([
      ["1", "Ann", "1.50", "Hi Ann"],
      ["2", "Bob", "20.00", "Hi Bob"],
      ["3", null, "3.00", null],
    ]);
    expect((await server.request("DELETE", "/transformations/greet", { as: engineer })).status).toBe(204);
  });

  it("are refused when they cannot be right", async () => {
    for (const [language, body] of [
      ["sql", "a +"],
      ["sql", "nothing(a)"],
      ["javascript", "row."],
    ] as const)
      expect((await ask("/transformations", { name: "wrong", language, definition: { ...definition, body, tests: [] } })).body.code, body).toBe(
        "transformation.invalid",
      );
    expect((await server.request("GET", "/functions", { as: engineer })).body.items.length).toBeGreaterThan(50);
  });
});
