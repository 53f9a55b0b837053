import { checkDocument, type DocumentCheck, environmentOf, type KnownSchemas, type PortSource } from "@granary/graph";
import { type GraphColumn, type NodeKind, type NodeOf, type PipelineDocument, type PipelineNode, problem } from "@granary/protocol";
import { type CompileContext, type InputRelation, NodeInputs, type PortQueries } from "./context.ts";
import { relationName } from "./relation-name.ts";
import { compileBranch, compileDeduplicate, compileFilter, compileLimit, compileRows, compileSort } from "./row-nodes.ts";
import { compileAggregate, compileFlatten, compileJoin, compileLookup, compilePivot, compileUnion, compileUnpivot } from "./table-nodes.ts";
import { compileCast, compileDerive, compileMap, compileMask, compileSelect, compileWindow } from "./value-nodes.ts";

/** Kinds that are no statement over their inputs: their rows come from elsewhere, or go there. */
const OUTSIDE = [
  "source_stream",
  "source_dataset",
  "sql",
  "function",
  "gate",
  "to_dataset",
  "to_change",
  "to_file",
  "to_connection",
] as const satisfies readonly NodeKind[];
type OutsideKind = (typeof OUTSIDE)[number];
type CompiledKind = Exclude<NodeKind, OutsideKind>;
export const isCompiled = (kind: NodeKind): kind is CompiledKind => !(OUTSIDE as readonly NodeKind[]).includes(kind);

type SortBy = NodeOf<"sort">["settings"]["by"];
type Compilers = { readonly [K in CompiledKind]: (node: NodeOf<K>, inputs: NodeInputs, order: SortBy) => PortQueries };

const COMPILERS: Compilers = {
  source_rows: compileRows,
  filter: compileFilter,
  derive: compileDerive,
  select: compileSelect,
  cast: compileCast,
  map: compileMap,
  sort: compileSort,
  limit: compileLimit,
  join: compileJoin,
  lookup: compileLookup,
  union: compileUnion,
  aggregate: compileAggregate,
  deduplicate: compileDeduplicate,
  pivot: compilePivot,
  unpivot: compileUnpivot,
  window: compileWindow,
  branch: compileBranch,
  flatten: compileFlatten,
  mask: compileMask,
};

export interface CompileInput {
  readonly document: PipelineDocument;
  /** Columns of sources and `sql` nodes, and people's own functions, as for `checkDocument`. */
  readonly known: KnownSchemas;
  /** By name, as text; `run_started_at`, `interval_start` and `interval_end` among them. */
  readonly parameters: Readonly<Record<string, string | null>>;
  /** From `workspaceMaskKey`. */
  readonly maskKey: Buffer;
}

export interface CompiledGraph {
  readonly check: DocumentCheck;
  /**
   * By node and output port, over relations called by {@link relationName}; nodes whose rows come from outside have none. `rejected` is besides the
   * ports of `cast`, `map` and `lookup` nodes that keep rows apart: text columns `column`, `reason` and `row`, the row being a JSON object of texts.
   */
  readonly queries: ReadonlyMap<string, PortQueries>;
  /** The order that rows of a node's output have, where a sort before it decides. */
  readonly orders: ReadonlyMap<string, SortBy>;
}

/** Kinds that leave rows in their order. */
const KEEPS_ORDER: ReadonlySet<NodeKind> = new Set<NodeKind>(["filter", "limit", "branch", "gate"]);

function orderAt(node: PipelineNode, sources: readonly PortSource[], orders: ReadonlyMap<string, SortBy>): SortBy {
  const [before] = sources;
  return before === undefined ? [] : (orders.get(before.node) ?? []);
}

function inputsOf(check: DocumentCheck, node: string): ReadonlyMap<string, readonly InputRelation[]> {
  const entries = Object.entries(check.inputs[node] ?? {}).map(([port, sources]) => {
    const relations = sources.map((source): InputRelation => ({ name: relationName(source.node, source.port), columns: columnsAt(check, source) }));
    return [port, relations] as const;
  });
  return new Map(entries);
}

const columnsAt = (check: DocumentCheck, { node, port }: PortSource): readonly GraphColumn[] => check.columns[node]?.[port] ?? [];

/**
 * Makes the engine's queries of a document: one a node and output port, over the outputs of the nodes before it. Throws `pipeline.invalid` with the
 * faults of a document that has errors.
 */
export function compileGraph(input: CompileInput): CompiledGraph {
  const { document, known, maskKey, parameters } = input;
  const check = checkDocument(document, known);
  const errors = check.faults.filter((fault) => fault.severity === "error");
  if (errors.length > 0) {
    const issues = errors.map(({ message, node, path }) => ({ path: [node, path].filter((part) => part !== null).join("."), message }));
    throw problem("pipeline.invalid", {}, { issues });
  }
  const context: CompileContext = { environment: environmentOf(document, known), parameters, maskKey };
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const queries = new Map<string, PortQueries>();
  const orders = new Map<string, SortBy>();
  for (const id of check.order) {
    const node = nodes.get(id);
    if (node === undefined) continue;
    const order = orderAt(node, Object.values(check.inputs[id] ?? {}).flat(), orders);
    if (node.kind === "sort") orders.set(id, node.settings.by);
    else if (KEEPS_ORDER.has(node.kind) && order.length > 0) orders.set(id, order);
    if (!isCompiled(node.kind)) continue;
    const inputs = new NodeInputs(context, inputsOf(check, id), check.columns[id]?.["out"] ?? []);
    const compile = COMPILERS[node.kind] as (node: PipelineNode, inputs: NodeInputs, order: SortBy) => PortQueries;
    queries.set(id, compile(node, inputs, order));
  }
  return { check, queries, orders };
}
