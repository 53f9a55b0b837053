import { type Query, type Relation } from "@granary/engine";
import { type KnownSchemas, lineageOf, type NodeLineage, type PortSource } from "@granary/graph";
import type { GraphColumn, PipelineDocument } from "@granary/protocol";
import { workspaceMaskKey } from "../../access/index.ts";
import { type CompiledGraph, compileGraph, fuse, nodeSql, REJECTED_PORT } from "../../graph-queries/index.ts";
import { edgesTo } from "../carry-out/plan-units.ts";
import type { Work } from "../carry-out/work.ts";

/** The part of a document that a node's rows come from, the node itself included. */
function upTo(document: PipelineDocument, id: string): PipelineDocument {
  const wanted = new Set<string>();
  const visit = (node: string): void => {
    if (wanted.has(node)) return;
    wanted.add(node);
    for (const { from } of edgesTo(document, node)) visit(from);
  };
  visit(id);
  return {
    ...document,
    nodes: document.nodes.filter((node) => wanted.has(node.id)),
    edges: document.edges.filter(({ from, to }) => wanted.has(from) && wanted.has(to)),
  };
}

/** Columns of what came from outside, as they really are in this run. */
function sourcesOf(work: Work): Record<string, readonly GraphColumn[]> {
  const sources: Record<string, readonly GraphColumn[]> = {};
  for (const { id, kind } of work.document.nodes) {
    const columns = kind === "source_dataset" ? work.datasets.get(id)?.columns : work.outputs.get(id)?.ports["out"]?.columns;
    const isOutside = kind === "source_dataset" || kind === "source_stream" || kind === "sql";
    if (isOutside && columns !== undefined) sources[id] = columns;
  }
  return sources;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** Values of the run's parameters by name, those every run has among them. */
export function parametersOf({ row }: Pick<Work, "row">): Record<string, string | null> {
  return {
    ...row.parameters,
    run_started_at: iso(row.started_at ?? row.queued_at),
    interval_start: iso(row.interval_start),
    interval_end: iso(row.interval_end),
  };
}

const knownOf = (work: Work): KnownSchemas => ({ sources: sourcesOf(work), functions: work.functions });

/** Which columns of sources a node's columns come from, and which decided about its rows. */
export function columnLineage(work: Work, id: string): NodeLineage | undefined {
  return lineageOf(upTo(work.document, id), knownOf(work)).get(id);
}

/** Compiles the part of the document that a node's rows come from; all that it reads has to be there. */
function compileUpTo(work: Work, id: string): CompiledGraph {
  return compileGraph({
    document: upTo(work.document, id),
    known: knownOf(work),
    parameters: parametersOf(work),
    maskKey: workspaceMaskKey(work.ctx.services.config.secrets.maskKey, work.ctx.workspaceId),
  });
}

export interface CompiledPort {
  readonly port: string;
  readonly columns: readonly GraphColumn[];
  /** What is read by the statement, and the nodes it computes on the way. */
  readonly reads: readonly PortSource[];
  query(relationOf: (source: PortSource) => Relation): Query;
}

export interface CompiledNode {
  readonly ports: readonly CompiledPort[];
  /** The rows that did not fit, where the node keeps them apart. */
  readonly rejected: CompiledPort | undefined;
  /** Statements by node, for people. */
  readonly sql: Readonly<Record<string, string>>;
}

/** Ports of a node as statements over outputs that are kept. */
export function compileNode(work: Work, id: string, ports: readonly string[]): CompiledNode {
  const compiled = compileUpTo(work, id);
  const document = upTo(work.document, id);
  const kept = new Set([...work.own].filter((node) => document.nodes.some((item) => item.id === node)));
  kept.add(id);
  const outputs = fuse(document, compiled, kept).filter(({ node }) => node === id);
  const computed = [...new Set(outputs.flatMap(({ nodes }) => nodes))];
  return {
    ports: outputs.filter(({ port }) => ports.includes(port)),
    rejected: outputs.find(({ port }) => port === REJECTED_PORT),
    sql: Object.fromEntries(computed.flatMap((node) => (nodeSql(compiled, node) === undefined ? [] : [[node, nodeSql(compiled, node) ?? ""]]))),
  };
}
