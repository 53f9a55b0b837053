import { call, cast, column, type Query, type Relation } from "@granary/engine";
import type { PortSource } from "@granary/graph";
import type { GraphColumn, PipelineEdge } from "@granary/protocol";
import { nodeOf, type OpenedDataset, type Work } from "../carry-out/work.ts";
import { edgesTo } from "../carry-out/plan-units.ts";
import { pathsOf } from "../folder.ts";
import { type CompiledPort, compileNode } from "./compile-node.ts";
import { openedDataset } from "./source-dataset.ts";
import { selectNames } from "./write-ports.ts";

/** Rows on an edge: how to read them, and the files they lie in. */
export interface Rows {
  readonly query: Query;
  readonly columns: readonly GraphColumn[];
  readonly files: readonly string[];
  /** Set where the rows are these files and nothing else. */
  readonly isFiles: boolean;
  /** How many there are, where somebody counted. */
  readonly count: number | undefined;
}

/** What comes out of a port: files that a finished step left, a dataset where it lies, or a node computed on the way. */
export async function rowsAt(work: Work, id: string, port: string): Promise<Rows> {
  const node = nodeOf(work, id);
  if (node.kind === "source_dataset") {
    const { query, columns, files, rows } = await openedDataset(work, node);
    return { query, columns, files, isFiles: false, count: rows };
  }
  const output = work.outputs.get(id);
  const kept = output?.ports[port];
  if (output !== undefined && kept !== undefined) {
    const files = pathsOf(work.ctx.services.config.dataDir, output, port);
    const names = kept.columns.map(({ name }) => name);
    return { query: selectNames({ kind: "parquetFiles", paths: files }, names), columns: kept.columns, files, isFiles: true, count: kept.rows };
  }
  const compiled = compileNode(work, id, [port]).ports[0];
  if (compiled === undefined) throw new Error(`${id} has no port ${port}`);
  return computedRows(work, compiled);
}

export interface Input {
  readonly edge: PipelineEdge;
  readonly rows: Rows;
}

/** What comes into a node, in the order of its edges. */
export async function inputsOf(work: Work, id: string): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const edge of edgesTo(work.document, id)) inputs.push({ edge, rows: await rowsAt(work, edge.from, edge.fromPort) });
  return inputs;
}

/** Nested values of datasets go as JSON texts where expressions reach them. */
function asTexts({ query, columns, nested }: OpenedDataset): Query {
  if (nested.length === 0) return query;
  const items = columns.map(({ name }) => ({
    expression: nested.includes(name) ? cast(call("to_json", column(name)), { kind: "text" }) : column(name),
    as: name,
  }));
  return { kind: "select", items, from: { kind: "query", query } };
}

const keyOf = ({ node, port }: PortSource): string => `${node} ${port}`;

/** A statement over what it reads. */
export async function computedRows(work: Work, compiled: CompiledPort): Promise<Rows> {
  const relations = new Map<string, Relation>();
  const files = new Set<string>();
  for (const source of compiled.reads) {
    const rows = await rowsAt(work, source.node, source.port);
    for (const file of rows.files) files.add(file);
    const dataset = work.datasets.get(source.node);
    relations.set(keyOf(source), { kind: "query", query: dataset === undefined ? rows.query : asTexts(dataset) });
  }
  const query = compiled.query((source) => {
    const relation = relations.get(keyOf(source));
    if (relation === undefined) throw new Error(`${keyOf(source)} is not read`);
    return relation;
  });
  return { query, columns: compiled.columns, files: [...files], isFiles: false, count: undefined };
}
