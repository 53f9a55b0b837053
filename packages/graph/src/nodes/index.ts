import type { NodeKind, NodeOf, PipelineNode } from "@granary/protocol";
import type { NodeContext, PortColumns } from "./context.ts";
import { checkBranch, checkDeduplicate, checkDestination, checkFilter, checkGate, checkLimit, checkSort } from "./rows.ts";
import { checkDataset, checkRows, checkSql, checkStream } from "./sources.ts";
import { checkAggregate, checkFlatten, checkJoin, checkLookup, checkPivot, checkUnion, checkUnpivot } from "./tables.ts";
import { checkCast, checkDerive, checkFunction, checkMap, checkMask, checkSelect, checkWindow } from "./values.ts";

type NodeChecks = { readonly [K in NodeKind]: (node: NodeOf<K>, context: NodeContext) => PortColumns };

const CHECKS: NodeChecks = {
  source_stream: checkStream,
  source_dataset: checkDataset,
  source_rows: checkRows,
  filter: checkFilter,
  derive: checkDerive,
  select: checkSelect,
  cast: checkCast,
  map: checkMap,
  sort: checkSort,
  limit: checkLimit,
  join: checkJoin,
  lookup: checkLookup,
  union: checkUnion,
  aggregate: checkAggregate,
  deduplicate: checkDeduplicate,
  pivot: checkPivot,
  unpivot: checkUnpivot,
  window: checkWindow,
  branch: checkBranch,
  flatten: checkFlatten,
  sql: checkSql,
  function: checkFunction,
  mask: checkMask,
  gate: checkGate,
  to_dataset: checkDestination,
  to_change: checkDestination,
  to_file: checkDestination,
  to_connection: checkDestination,
};

/** Checks one node's settings against what comes in, and tells what goes out. */
export function checkNode(node: PipelineNode, context: NodeContext): PortColumns {
  return (CHECKS[node.kind] as (node: PipelineNode, context: NodeContext) => PortColumns)(node, context);
}

export { type Columns, columnTypeOf, findColumn } from "./columns.ts";
export { type Environment, type ExpressionUse, type KnownSchemas, measureUse, NodeContext, type PortColumns, ROW_USE, scopeOf, WINDOW_USE } from "./context.ts";
export { joinedColumns, type JoinedColumn, sidesOf } from "./tables.ts";
export { selectedColumns } from "./values.ts";
