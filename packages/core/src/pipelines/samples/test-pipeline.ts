import { call, cast, column, literal, tryCast } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import type { GraphColumn, PipelineDocument, PipelineTest } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { sqlTypeOf } from "../../graph-queries/index.ts";
import { runSample, type SampledDocument } from "./run-sample.ts";
import { type SampleFiles, textOf } from "./sample-files.ts";

type Row = (string | null)[];

interface TestedNode {
  node: string;
  ok: boolean;
  missing: Row[];
  unexpected: Row[];
  columns: string[];
}

export interface TestedPipeline {
  name: string;
  ok: boolean;
  ms: number;
  nodes: TestedNode[];
  fault: string | null;
}

const MAX_ROWS = 10_000;
const MAX_SHOWN = 100;
const TEXT = { kind: "text" } as const;

/** Texts as the engine writes values of their types, so that `1.50` and `1.5` are one number. */
async function inTheirTypes(files: SampleFiles, columns: readonly GraphColumn[], rows: readonly Row[]): Promise<Row[]> {
  if (rows.length === 0) return [];
  const items = columns.map(({ name, type }) => {
    const typed = cast(tryCast(column(name), sqlTypeOf(type)), TEXT);
    return { expression: call("coalesce", typed, column(name)), as: name };
  });
  const values = {
    kind: "values",
    columns: columns.map(({ name }) => ({ name, type: TEXT })),
    rows: rows.map((row) => row.map((value) => literal(value))),
  } as const;
  const result = await files.use((session) => session.run({ kind: "query", query: { kind: "select", items, from: values } }));
  return result.rows.map((row) => row.map((value) => (value === null ? null : String(value))));
}

async function rowsOf(files: SampleFiles, node: string, columns: readonly GraphColumn[]): Promise<Row[]> {
  const items = columns.map(({ name }) => ({ expression: textOf(name), as: name }));
  const port = files.has(node, "out") ? "out" : "in";
  const result = await files.use((session) =>
    session.run({ kind: "query", query: { kind: "select", items, from: files.relation(node, port), limit: MAX_ROWS } }),
  );
  return result.rows.map((row) => row.map((value) => (value === null ? null : String(value))));
}

/** Rows of one list that the other does not have, each as often as it is too many. */
function beyond(rows: readonly Row[], others: readonly Row[]): Row[] {
  const counts = new Map<string, number>();
  for (const row of others) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 1);
  return rows.filter((row) => {
    const key = JSON.stringify(row);
    const left = counts.get(key) ?? 0;
    counts.set(key, left - 1);
    return left <= 0;
  });
}

async function testNode({ files, failed, check }: SampledDocument, node: string, test: PipelineTest): Promise<TestedNode> {
  const expected = test.expected[node] ?? [];
  const all = files.columnsOf(node, files.has(node, "out") ? "out" : "in");
  const names = [...new Set(expected.flatMap((row) => Object.keys(row)))];
  const columns = names.length === 0 ? all : names.map((name) => all.find((item) => item.name === name) ?? { name, type: "text" as const });
  const answer = { node, columns: columns.map(({ name }) => name) };
  const isThere = !failed.has(node) && (check.columns[node] !== undefined || files.has(node, "in"));
  const wanted = isThere
    ? await inTheirTypes(
        files,
        columns,
        expected.map((row) => columns.map(({ name }) => row[name] ?? null)),
      )
    : [];
  if (!isThere || columns.some(({ name }) => !all.some((item) => item.name === name)))
    return { ...answer, ok: false, missing: wanted.slice(0, MAX_SHOWN), unexpected: [] };
  const got = await rowsOf(files, node, columns);
  const [missing, unexpected] = [beyond(wanted, got), beyond(got, wanted)];
  const isSame = test.ordered ? JSON.stringify(got) === JSON.stringify(wanted) : missing.length === 0 && unexpected.length === 0;
  return { ...answer, ok: isSame, missing: missing.slice(0, MAX_SHOWN), unexpected: unexpected.slice(0, MAX_SHOWN) };
}

async function runTest(ctx: Ctx, document: PipelineDocument, test: PipelineTest): Promise<Omit<TestedPipeline, "ms">> {
  const wanted = Object.keys(test.expected);
  try {
    const sampled = await runSample(ctx, document, { limit: MAX_ROWS, parameters: test.parameters, test, nodes: wanted });
    await using _files = sampled.files;
    const nodes: TestedNode[] = [];
    for (const node of wanted) nodes.push(await testNode(sampled, node, test));
    const fault = wanted.map((node) => sampled.failed.get(node)).find((reason) => reason !== undefined) ?? null;
    return { name: test.name, ok: fault === null && nodes.every(({ ok }) => ok), nodes, fault };
  } catch (error) {
    if (!isAppError(error) || error.code === "engine.cancelled") throw error;
    return { name: test.name, ok: false, nodes: [], fault: error.message };
  }
}

/** Runs the tests of a document, all or those named, and compares what comes out with what was expected. */
export async function testPipeline(ctx: Ctx, document: PipelineDocument, names: readonly string[]): Promise<{ items: TestedPipeline[] }> {
  const items: TestedPipeline[] = [];
  for (const test of document.tests) {
    if (names.length > 0 && !names.includes(test.name)) continue;
    const begin = performance.now();
    const result = await runTest(ctx, document, test);
    items.push({ ...result, ms: Math.round(performance.now() - begin) });
  }
  return { items };
}
