import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, type Query } from "@granary/engine";
import type { OwnFunction } from "@granary/graph";
import { isAppError } from "@granary/kernel";
import { type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileGraph, fuse, nodeSql } from "./index.ts";

let engine: Engine;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-compile-"));
  engine = createEngine({ tempRoot: join(dir, "engine") });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const TWICE: OwnFunction = { name: "twice", arguments: [{ name: "value", type: "integer" }], returns: "integer", language: "sql", body: "value + value" };

type Edge = readonly [from: string, to: string];
function documentOf(nodes: readonly object[], edges: readonly Edge[]): PipelineDocument {
  return pipelineDocument.parse({
    name: "p",
    nodes,
    edges: edges.map(([from, to]) => {
      const [node, toPort = "in"] = to.split(".");
      const [start, fromPort = "out"] = from.split(".");
      return { from: start, fromPort, to: node, toPort };
    }),
  });
}
const compiled = (document: PipelineDocument) => compileGraph({ document, known: { functions: [TWICE] }, parameters: {}, maskKey: Buffer.alloc(32) });
const rows = (id: string, columns: Readonly<Record<string, string>>, ...values: readonly (readonly (string | null)[])[]) => ({
  id,
  kind: "source_rows",
  settings: { columns: Object.entries(columns).map(([name, type]) => ({ name, type })), rows: values },
});
const run = (query: Query) => engine.use({ kind: "read" }, (session) => session.run({ kind: "query", query }));
const derive = (id: string, columns: Readonly<Record<string, string>>) => ({
  id,
  kind: "derive",
  settings: { columns: Object.entries(columns).map(([name, expression]) => ({ name, expression })) },
});

/** Runs the statement of the last node, all before it in it. */
async function lastOf(document: PipelineDocument) {
  const graph = compiled(document);
  const last = document.nodes.at(-1)?.id ?? "";
  const output = fuse(document, graph, new Set([last])).find(({ node, port }) => node === last && port === "out");
  return run((output as NonNullable<typeof output>).query(() => ({ kind: "sequence", length: 1 })));
}

const causeOf = async (document: PipelineDocument): Promise<string> => {
  try {
    await lastOf(document);
    return "nothing failed";
  } catch (error) {
    return isAppError(error) && error.cause instanceof Error ? (error.cause.message.split("\n")[0] ?? "") : String(error);
  }
};

describe("what fails while it is computed", () => {
  const orders = rows("orders", { sku: "text" }, ["a"], ["b"]);
  const lookup = (settings: object) => ({
    id: "priced",
    kind: "lookup",
    settings: { on: [{ column: "sku", key: "sku" }], take: [{ from: "price" }], ...settings },
  });
  const edges: readonly Edge[] = [
    ["orders", "priced"],
    ["prices", "priced.table"],
  ];

  it("says so when several rows of a table fit one key and no order is given", async () => {
    const prices = rows("prices", { sku: "text", price: "integer" }, ["a", "1"], ["a", "2"], ["z", "1"], ["z", "2"]);
    expect(await causeOf(documentOf([orders, prices, lookup({})], edges))).toContain("several rows of the table fit one key");
  });

  it("does not mind several rows for keys that nobody looks up", async () => {
    const prices = rows("prices", { sku: "text", price: "integer" }, ["a", "1"], ["z", "1"], ["z", "2"]);
    const { rows: found } = await lastOf(documentOf([orders, prices, lookup({})], edges));
    expect(found.map(([sku, price]) => `${sku}=${price}`).toSorted()).toEqual(["a=1", "b=null"]);
  });

  it("says so when a key is missing that must not be", async () => {
    const prices = rows("prices", { sku: "text", price: "integer" }, ["a", "1"]);
    expect(await causeOf(documentOf([orders, prices, lookup({ whenMissing: "fail" })], edges))).toContain("a key is not in the table");
  });

  it("fails for values that do not fit a type rather than cutting them", async () => {
    const one = rows("one", { n: "integer", t: "text" }, ["9223372036854775807", "1.7"]);
    const of = (expression: string) => causeOf(documentOf([one, derive("more", { x: expression })], [["one", "more"]]));
    expect(await of("n + 1")).toMatch(/Overflow|out of range/i);
    expect(await of("cast(t as integer)")).toMatch(/Conversion/);
    expect(await of("cast(n as decimal(10,2))")).toMatch(/Conversion|cast/i);
  });
});

describe("statements", () => {
  it("put nodes between kept outputs into one, each once", () => {
    const document = documentOf(
      [
        rows("a", { n: "integer" }, ["1"]),
        derive("b", { m: "n + 1" }),
        { id: "c", kind: "filter", settings: { condition: "m > 1" } },
        { id: "d", kind: "to_file", settings: { name: "x.csv" } },
      ],
      [
        ["a", "b"],
        ["b", "c"],
        ["c", "d"],
      ],
    );
    const graph = compiled(document);
    expect(fuse(document, graph, new Set(["c"])).map(({ node, nodes, reads }) => [node, nodes, reads])).toEqual([["c", ["a", "b", "c"], []]]);
    expect(fuse(document, graph, new Set(["a", "b", "c"])).map(({ node, nodes, reads }) => [node, nodes, reads.map((each) => each.node)])).toEqual([
      ["a", ["a"], []],
      ["b", ["b"], ["a"]],
      ["c", ["c"], ["b"]],
    ]);
  });

  it("are shown to people with a line a column and clause", () => {
    const document = documentOf(
      [
        rows("a", { n: "integer", t: "text" }, ["1", "x"]),
        derive("b", { m: "n + 1", say: "'from (' || t" }),
        { id: "c", kind: "filter", settings: { condition: "m > 1" } },
      ],
      [
        ["a", "b"],
        ["b", "c"],
      ],
    );
    const graph = compiled(document);
    expect(nodeSql(graph, "b")).toMatchInlineSnapshot(`
      "SELECT
        "n",
        "t",
        CAST(("n" + 1) AS BIGINT) AS "m",
        ('from (' || "t") AS "say"
      FROM "a""
    `);
    expect(nodeSql(graph, "c")).toMatchInlineSnapshot(`
      "-- out
      SELECT
        "n",
        "t",
        "m",
        "say"
      FROM "b"
      WHERE ("m" > 1);

      -- rest
      SELECT
        "n",
        "t",
        "m",
        "say"
      FROM "b"
      WHERE (("m" > 1) IS DISTINCT FROM TRUE)"
    `);
  });

  it("refuse own functions that grow beyond all measure", () => {
    const nested = (depth: number) => `${"twice(".repeat(depth)}n${")".repeat(depth)}`;
    const of = (depth: number) => compiled(documentOf([rows("a", { n: "integer" }, ["1"]), derive("b", { m: nested(depth) })], [["a", "b"]]));
    expect(() => of(5)).not.toThrow();
    expect(() => of(60)).toThrow(expect.objectContaining({ code: "pipeline.invalid" }));
  });

  it("are refused for documents with faults, with what is wrong and where", () => {
    const document = documentOf([rows("a", { amount: "integer" }, ["1"]), derive("b", { m: "amonut + 1" })], [["a", "b"]]);
    expect(() => compiled(document)).toThrow(
      expect.objectContaining({
        code: "pipeline.invalid",
        issues: [{ path: "b.columns.0.expression", message: "There is no column amonut. Did you mean amount?" }],
      }),
    );
  });
});
