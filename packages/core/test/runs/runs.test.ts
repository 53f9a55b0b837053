import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bed, edge, makeBed, source, statesOf, target, typed } from "./bed.ts";

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

describe("a run", () => {
  it("brings the rows of a dataset into a new one", async () => {
    const { id } = await bed.created("id,name\n1,Ann\n2,Bob\n");
    const done = await bed.run(await bed.pipeline([source(id), target("Copied")], [edge("from", "into")]));
    expect([done.state, done.fault]).toEqual(["succeeded", null]);
    expect(statesOf(done)).toEqual({ from: "succeeded", into: "succeeded" });
    expect(done.counts).toMatchObject({ rowsIn: 2, rowsOut: 2, rejected: 0 });
    expect(await bed.rowsOf("Copied")).toEqual(["1,Ann", "2,Bob"]);
  });

  it("writes by every mode", async () => {
    const first = await bed.created("id,name\n1,Ann\n2,Bob\n");
    const second = await bed.created("id,name\n2,Bea\n3,Cid\n");
    const write = async (dataset: string, into: string, mode: string) => {
      const keys = mode === "upsert" || mode === "soft_delete" ? ["id"] : [];
      const { state, fault } = await bed.run(await bed.pipeline([source(dataset), target(into, { mode, keys })], [edge("from", "into")]));
      expect([state, fault]).toEqual(["succeeded", null]);
    };
    const rows: Record<string, string[]> = {};
    for (const mode of ["replace", "append", "upsert", "soft_delete"]) {
      await write(first.id, `By ${mode}`, mode);
      await write(second.id, `By ${mode}`, mode);
      rows[mode] = await bed.rowsOf(`By ${mode}`);
    }
    expect(rows["replace"]).toEqual(["2,Bea", "3,Cid"]);
    expect(rows["append"]).toEqual(["1,Ann", "2,Bob", "2,Bea", "3,Cid"]);
    expect(rows["upsert"]).toEqual(["1,Ann", "2,Bea", "3,Cid"]);
    expect(rows["soft_delete"]?.map((row) => row.replace(/,\d{4}-.*$/, ",gone"))).toEqual(["1,Ann,gone", "2,Bea,-", "3,Cid,-"]);
  });

  it("computes nodes on the way, keeps rows that do not fit apart, and tells each node's statement", async () => {
    const nodes = [
      typed(
        ["id:integer", "amount"],
        [
          ["1", "5"],
          ["2", "x"],
          ["3", "7"],
          ["4", "1"],
        ],
      ),
      { id: "numbers", kind: "cast", settings: { columns: [{ column: "amount", type: "integer" }], onFault: "reject" } },
      { id: "large", kind: "filter", settings: { condition: "amount > 2" } },
      { id: "sums", kind: "aggregate", settings: { measures: [{ name: "total", expression: "sum(amount)" }] } },
      target("Totals"),
      target("Small ones", {}, "rest"),
    ];
    const edges = [edge("from", "numbers"), edge("numbers", "large"), edge("large", "sums"), edge("sums", "into"), edge("large", "rest", { fromPort: "rest" })];
    const done = await bed.run(await bed.pipeline(nodes, edges));
    expect([done.state, done.fault]).toEqual(["succeeded_with_warnings", null]);
    expect(await bed.rowsOf("Totals", "total")).toEqual(["12"]);
    expect(await bed.rowsOf("Small ones")).toEqual(["4,1"]);
    expect(done.counts.rejected).toBe(1);
    expect(done.steps.find(({ node }) => node === "numbers")).toMatchObject({ state: "warned", rejected: 1, rowsIn: 4, rowsOut: 3 });
    expect(done.steps.find(({ node }) => node === "sums")?.sql).toMatch(/sum/i);
  });

  it("runs SQL over what comes in", async () => {
    const nodes = [
      typed(
        ["id:integer", "name"],
        [
          ["1", "Ann"],
          ["2", "Bob"],
        ],
      ),
      { id: "query", kind: "sql", settings: { text: "select id, upper(name) as name from input where id > 1" } },
      target("From SQL"),
    ];
    const done = await bed.run(await bed.pipeline(nodes, [edge("from", "query", { toPort: "input" }), edge("query", "into")]));
    expect([done.state, done.fault]).toEqual(["succeeded", null]);
    expect(await bed.rowsOf("From SQL")).toEqual(["2,BOB"]);
  });
});

describe("a gate", () => {
  const rows = typed(
    ["id:integer", "name"],
    [
      ["1", "Ann"],
      ["2", null],
      ["2", "Bob"],
    ],
  );
  const gate = (onFail: string) => ({
    id: "gate",
    kind: "gate",
    settings: {
      onFail,
      checks: [
        { check: "not_null", column: "name" },
        { check: "unique", columns: ["id"] },
        { check: "expression", expression: "id > 0" },
      ],
    },
  });
  const through = (onFail: string, into: string) => bed.pipeline([rows, gate(onFail), target(into)], [edge("from", "gate"), edge("gate", "into")]);

  it("fails the run, and nothing is published", async () => {
    const done = await bed.run(await through("fail", "Never"));
    expect([done.state, done.fault?.class, done.fault?.code]).toEqual(["failed", "data_gate", "run.gate_failed"]);
    expect(statesOf(done)).toEqual({ from: "succeeded", gate: "failed", into: "upstream_failed" });
    expect((await bed.server.request("GET", "/datasets/Never", { as: bed.owner })).status).toBe(404);
  });

  it("keeps bad rows apart, and the rest goes on", async () => {
    const done = await bed.run(await through("quarantine", "Good rows"));
    expect([done.state, done.fault]).toEqual(["succeeded_with_warnings", null]);
    expect(done.counts.rejected).toBeGreaterThan(0);
    expect((await bed.rowsOf("Good rows")).length + done.counts.rejected).toBe(3);
  });

  it("only warns", async () => {
    const done = await bed.run(await through("warn", "All rows"));
    expect(done.state).toBe("succeeded_with_warnings");
    expect(await bed.rowsOf("All rows")).toHaveLength(3);
  });
});
