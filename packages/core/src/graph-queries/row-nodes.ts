import { and, call, column, type Expression, literal, over, type Query } from "@granary/engine";
import type { NodeOf } from "@granary/protocol";
import { itemsOf, type NodeInputs, type PortQueries, reversed, select, sortKeys } from "./context.ts";
import { isNotTrue } from "./rejects.ts";
import { sqlTypeOf } from "./types.ts";

export function compileRows({ settings }: NodeOf<"source_rows">): PortQueries {
  const columns = settings.columns.map(({ name, type }) => ({ name, type: sqlTypeOf(type) }));
  const rows = settings.rows.map((row) => row.map(literal));
  return { out: select(itemsOf(settings.columns), { kind: "values", columns, rows }) };
}

export function compileFilter({ settings }: NodeOf<"filter">, inputs: NodeInputs): PortQueries {
  const items = itemsOf(inputs.one().columns);
  const condition = inputs.condition(settings.condition);
  return { out: select(items, inputs.table(), { where: condition }), rest: select(items, inputs.table(), { where: isNotTrue(condition) }) };
}

export function compileBranch({ settings }: NodeOf<"branch">, inputs: NodeInputs): PortQueries {
  const items = itemsOf(inputs.one().columns);
  const earlier: Expression[] = [];
  const ports: Record<string, Query> = {};
  for (const { name, condition } of settings.branches) {
    const isHere = inputs.condition(condition);
    ports[name] = select(items, inputs.table(), { where: and(...earlier, isHere) });
    earlier.push(isNotTrue(isHere));
  }
  return { ...ports, else: select(items, inputs.table(), { where: and(...earlier) }) };
}

export function compileSort({ settings }: NodeOf<"sort">, inputs: NodeInputs): PortQueries {
  return { out: select(itemsOf(inputs.one().columns), inputs.table(), { orderBy: sortKeys(settings.by) }) };
}

/** `order` is that of the sort before it, which the engine does not promise to keep otherwise. */
export function compileLimit({ settings }: NodeOf<"limit">, inputs: NodeInputs, order: Parameters<typeof sortKeys>[0]): PortQueries {
  const orderBy = order.length === 0 ? {} : { orderBy: sortKeys(order) };
  const offset = settings.offset === 0 ? {} : { offset: settings.offset };
  return { out: select(itemsOf(inputs.one().columns), inputs.table(), { ...orderBy, limit: settings.rows, ...offset }) };
}

export function compileDeduplicate({ settings }: NodeOf<"deduplicate">, inputs: NodeInputs): PortQueries {
  const items = itemsOf(inputs.one().columns);
  if (settings.by.length === 0) return { out: select(items, inputs.table(), { distinct: true }) };
  const keys = sortKeys(settings.orderBy);
  const orderBy = settings.keep === "last" ? reversed(keys) : keys;
  const place = over(call("row_number"), { partitionBy: settings.by.map((name) => column(name)), orderBy });
  const isFirst: Expression = { kind: "comparison", operator: "=", left: place, right: literal(1) };
  return { out: select(items, inputs.table(), { qualify: isFirst }) };
}
