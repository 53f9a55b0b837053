import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call, cast, column, createEngine, type Engine, type Query, type Relation } from "@granary/engine";
import type { OwnFunction } from "@granary/graph";
import { type GraphColumn, type PipelineDocument, pipelineDocument } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { workspaceMaskKey } from "../access/index.ts";
import { compileGraph, type CompiledGraph, fuse, relationName, sqlTypeOf } from "./index.ts";

const CASES = join(import.meta.dirname, "cases");
const isWriting = process.env["GRANARY_WRITE_GOLDEN"] === "1";

let engine: Engine;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-graphs-"));
  engine = createEngine({ tempRoot: join(dir, "engine") });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const TWICE: OwnFunction = { name: "twice", arguments: [{ name: "text", type: "text" }], returns: "text", language: "sql", body: "text || text" };

const compiled = (document: PipelineDocument): CompiledGraph =>
  compileGraph({
    document,
    known: { functions: [TWICE] },
    parameters: { ...Object.fromEntries(document.parameters.map((each) => [each.name, each.default])), run_started_at: "2026-01-01 00:00:00+00" },
    maskKey: workspaceMaskKey(Buffer.alloc(32), "ws_test"),
  });

interface Output {
  readonly types: Readonly<Record<string, unknown>>;
  readonly rows: readonly (readonly unknown[])[];
}

const asText = (columns: readonly GraphColumn[], from: Relation): Query => ({
  kind: "select",
  items: columns.map(({ name }) => ({ expression: cast(column(name), { kind: "text" }), as: name })),
  from,
});
const typesOf = (columns: readonly GraphColumn[], from: Relation): Query => ({
  kind: "select",
  items: columns.map(({ name }) => ({ expression: call("type_name", column(name)), as: name })),
  from: { kind: "join", join: "left", left: { kind: "sequence", length: 1 }, right: from, on: { kind: "literal", value: true } },
  limit: 1,
});

/** Every node, or those that have not exactly one reader or whose reader has several outputs. */
function keptOf(document: PipelineDocument, graph: CompiledGraph, keep: "all" | "needed"): ReadonlySet<string> {
  const isKept = ({ id }: PipelineDocument["nodes"][number]): boolean => {
    const readers = document.edges.filter(({ from }) => from === id);
    return readers.length !== 1 || Object.keys(graph.queries.get(readers[0]?.to ?? "") ?? {}).length > 1;
  };
  return new Set(document.nodes.filter((node) => keep === "all" || isKept(node)).map(({ id }) => id));
}

/** Computes what a run would keep, statement by statement into files, and reads every one. */
async function outputsOf(document: PipelineDocument, keep: "all" | "needed"): Promise<ReadonlyMap<string, Output>> {
  const graph = compiled(document);
  const found = new Map<string, Output>();
  const prefix = join(mkdtempSync(join(dir, "run-")), "out");
  const relationOf = (name: string): Relation => ({ kind: "parquetFiles", paths: [`${prefix}-${name.replaceAll(" ", "-")}.parquet`] });
  await engine.use({ kind: "read" }, async (session) => {
    for (const output of fuse(document, graph, keptOf(document, graph, keep))) {
      const name = relationName(output.node, output.port);
      const query = output.query((source) => relationOf(relationName(source.node, source.port)));
      await session.run({
        kind: "copy",
        query,
        path: `${prefix}-${name.replaceAll(" ", "-")}.parquet`,
        format: { kind: "parquet", rowGroupRows: 2048, compression: "zstd" },
      });
      const types = await session.run({ kind: "query", query: typesOf(output.columns, relationOf(name)) });
      const { rows } = await session.run({ kind: "query", query: asText(output.columns, relationOf(name)) });
      found.set(`${output.node} ${output.port}`, { types: Object.fromEntries(output.columns.map((each, index) => [each.name, types.rows[0]?.[index]])), rows });
    }
  });
  return found;
}

const ORDERED = new Set(["ordered out", "first out", "second out"]);
const inOrder = (key: string, rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] =>
  ORDERED.has(key) ? rows : rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const NAMES: Readonly<Record<string, string>> = {
  bigint: "BIGINT",
  double: "DOUBLE",
  text: "VARCHAR",
  timestamptz: "TIMESTAMP WITH TIME ZONE",
  binary: "BLOB",
};
function engineType({ type }: GraphColumn): string {
  const sql = sqlTypeOf(type);
  return sql.kind === "decimal" ? `DECIMAL(${sql.precision},${sql.scale})` : (NAMES[sql.kind] ?? sql.kind.toUpperCase());
}

const cases = readdirSync(CASES).map((name) => [name, join(CASES, name)] as const);
const documentAt = (path: string): PipelineDocument => pipelineDocument.parse(parse(readFileSync(join(path, "pipeline.yaml"), "utf8")));

describe("graphs against the engine", () => {
  it.each(cases)("compute what is written beside them: %s", async (_, path) => {
    const outputs = await outputsOf(documentAt(path), "all");
    const found = Object.fromEntries([...outputs].map(([key, { rows }]) => [key, inOrder(key, rows)]));
    const golden = join(path, "expected.yaml");
    if (isWriting && !existsSync(golden)) writeFileSync(golden, stringify(found, { lineWidth: 160, collectionStyle: "any" }));
    expect(found).toEqual(parse(readFileSync(golden, "utf8")));
  });

  it.each(cases)("compute the same in fewer statements: %s", async (_, path) => {
    const document = documentAt(path);
    const golden = parse(readFileSync(join(path, "expected.yaml"), "utf8")) as Readonly<Record<string, unknown>>;
    const outputs = await outputsOf(document, "needed");
    for (const [key, { rows }] of outputs) expect([key, inOrder(key, rows)]).toEqual([key, golden[key]]);
  });

  it.each(cases)("have columns of the types that the check tells: %s", async (_, path) => {
    const document = documentAt(path);
    const graph = compiled(document);
    for (const [key, { types }] of await outputsOf(document, "all")) {
      const [node = "", port = ""] = key.split(" ");
      if (port === "rejected") continue;
      const stated = Object.fromEntries((graph.check.columns[node]?.[port] ?? []).map((each) => [each.name, engineType(each)]));
      expect([key, types]).toEqual([key, stated]);
    }
  });
});
