import type { GateCheck, NodeOf } from "@granary/protocol";
import { type Columns, findColumn } from "./columns.ts";
import type { NodeContext, PortColumns } from "./context.ts";

/** Nodes that let rows through or not and leave columns as they are. */

export function checkFilter(node: NodeOf<"filter">, context: NodeContext): PortColumns {
  const columns = context.input();
  context.condition("condition", node.settings.condition, columns);
  return { out: columns, rest: columns };
}

export function checkBranch(node: NodeOf<"branch">, context: NodeContext): PortColumns {
  const columns = context.input();
  const ports: Record<string, Columns> = {};
  const { branches } = node.settings;
  for (const [index, { name, condition }] of branches.entries()) {
    context.condition(`branches.${index}.condition`, condition, columns);
    if (name === "else" || Object.hasOwn(ports, name))
      context.fault(`branches.${index}.name`, "node.duplicate_branch", `Another branch is called ${name} already.`);
    ports[name] = columns;
  }
  return { ...ports, else: columns };
}

export function checkSort(node: NodeOf<"sort">, context: NodeContext): PortColumns {
  const columns = context.input();
  for (const [index, key] of node.settings.by.entries()) context.column(`by.${index}.column`, key.column, columns);
  return { out: columns };
}

export const checkLimit = (_: NodeOf<"limit">, context: NodeContext): PortColumns => ({ out: context.input() });

export function checkDeduplicate(node: NodeOf<"deduplicate">, context: NodeContext): PortColumns {
  const columns = context.input();
  const { by, orderBy } = node.settings;
  context.columnsExist("by", by, columns);
  for (const [index, key] of orderBy.entries()) context.column(`orderBy.${index}.column`, key.column, columns);
  return { out: columns };
}

function checkBounds(path: string, check: GateCheck, context: NodeContext): void {
  if (check.check === "row_count") {
    const { min, max } = check;
    if (min === undefined && max === undefined) context.fault(path, "node.bounds_missing", "Say how many rows there must be at least or at most.");
    if (min !== undefined && max !== undefined && min > max) context.fault(path, "node.bounds_crossed", "The least number of rows is above the most.");
  }
  if (check.check === "volume_change" && check.maxDrop === undefined && check.maxGrowth === undefined)
    context.fault(path, "node.bounds_missing", "Say by how much the number of rows may drop or grow.");
}

export function checkGate(node: NodeOf<"gate">, context: NodeContext): PortColumns {
  const columns = context.input();
  for (const [index, check] of node.settings.checks.entries()) {
    const path = `checks.${index}`;
    if (check.check === "not_null") context.column(`${path}.column`, check.column, columns);
    if (check.check === "unique") context.columnsExist(`${path}.columns`, check.columns, columns);
    if (check.check === "expression") context.condition(`${path}.expression`, check.expression, columns);
    checkBounds(path, check, context);
  }
  return { out: columns };
}

export function checkDestination(
  node: NodeOf<"to_dataset"> | NodeOf<"to_change"> | NodeOf<"to_file"> | NodeOf<"to_connection">,
  context: NodeContext,
): PortColumns {
  const columns = context.input();
  if (node.kind === "to_file") return {};
  context.columnsExist("keys", node.settings.keys, columns);
  if (node.kind === "to_dataset") checkTarget(node, columns, context);
  return {};
}

function checkTarget({ id, settings }: NodeOf<"to_dataset">, columns: Columns, context: NodeContext): void {
  if (settings.lastBy !== undefined) context.column("lastBy", settings.lastBy, columns);
  const target = context.known.targets?.[id];
  if (columns === undefined || target === undefined || settings.drift === "propagate") return;
  const added = columns.filter((column) => findColumn(target, column.name) === undefined).map((column) => column.name);
  const retyped = columns.filter((column) => (findColumn(target, column.name)?.type ?? column.type) !== column.type).map((column) => column.name);
  const changes = [...added.map((name) => `${name} is new`), ...retyped.map((name) => `${name} has another type`)];
  if (changes.length > 0)
    context.warn(
      null,
      "node.drift",
      `The dataset has other columns: ${changes.slice(0, 5).join(", ")}. ${settings.drift === "stop" ? "The run will fail." : "The run will ask."}`,
    );
}
