import type { GraphColumn, NodeOf } from "@granary/protocol";
import { canCast, type ExpressionType } from "../expression/index.ts";
import { type Columns, columnTypeOf, findColumn, maskedType, withColumns } from "./columns.ts";
import { type NodeContext, type PortColumns, WINDOW_USE } from "./context.ts";

/** Nodes that compute, choose and name columns of single rows. */

export function checkDerive(node: NodeOf<"derive">, context: NodeContext): PortColumns {
  const input = context.input();
  const { columns } = node.settings;
  context.distinct(
    columns.map((column) => column.name),
    (index) => `columns.${index}.name`,
  );
  const derived = columns.map(({ name, expression }, index): GraphColumn => {
    const { type } = context.value(`columns.${index}.expression`, expression, input);
    return { name, type: columnTypeOf(type) };
  });
  return { out: input === undefined ? undefined : withColumns(input, derived) };
}

export function checkWindow(node: NodeOf<"window">, context: NodeContext): PortColumns {
  const input = context.input();
  const { columns, frame, orderBy, partitionBy } = node.settings;
  context.columnsExist("partitionBy", partitionBy, input);
  for (const [index, key] of orderBy.entries()) context.column(`orderBy.${index}.column`, key.column, input);
  if (orderBy.length === 0 && frame !== undefined) context.fault("orderBy", "node.order_missing", "A frame of rows before and after needs an order.");
  if (frame?.unit === "range" && orderBy.length > 1 && (frame.preceding ?? frame.following) !== null)
    context.fault("frame", "node.range_order", "A range of values needs exactly one column to order by.");
  context.distinct(
    columns.map((column) => column.name),
    (index) => `columns.${index}.name`,
  );
  const added = columns.map(({ name, expression }, index): GraphColumn => {
    const { type } = context.value(`columns.${index}.expression`, expression, input, WINDOW_USE);
    return { name, type: columnTypeOf(type) };
  });
  return { out: input === undefined ? undefined : withColumns(input, added) };
}

/** The columns of a `select` node: where each comes from. */
export function selectedColumns(
  settings: NodeOf<"select">["settings"],
  input: readonly GraphColumn[],
): readonly { readonly from: GraphColumn; readonly to: string }[] {
  const named = settings.columns.flatMap(({ from, to }) => {
    const found = findColumn(input, from);
    return found === undefined ? [] : [{ from: found, to: to ?? found.name }];
  });
  if (settings.mode === "keep") return named;
  const byName = new Map(named.map((each) => [each.from.name, each]));
  if (settings.mode === "drop") return input.filter((column) => !byName.has(column.name)).map((column) => ({ from: column, to: column.name }));
  return input.map((column) => byName.get(column.name) ?? { from: column, to: column.name });
}

export function checkSelect(node: NodeOf<"select">, context: NodeContext): PortColumns {
  const input = context.input();
  if (input === undefined) return { out: undefined };
  const { columns } = node.settings;
  for (const [index, { from }] of columns.entries()) context.column(`columns.${index}.from`, from, input);
  const selected = selectedColumns(node.settings, input);
  const names = selected.map((each) => each.to);
  context.distinct(names, (index) => {
    const at = columns.findIndex((column) => (column.to ?? column.from) === names[index]);
    return at < 0 ? "columns" : `columns.${at}.to`;
  });
  if (selected.length === 0) context.fault("columns", "node.no_columns", "No column is left: keep at least one.");
  return { out: selected.map(({ from, to }) => ({ name: to, type: from.type })) };
}

function castFault(from: ExpressionType, to: ExpressionType): string | undefined {
  return canCast(from, to) ? undefined : `${from} cannot become ${to}.`;
}

export function checkCast(node: NodeOf<"cast">, context: NodeContext): PortColumns {
  const input = context.input();
  const { columns } = node.settings;
  context.distinct(
    columns.map((each) => each.column),
    (index) => `columns.${index}.column`,
  );
  const retyped = columns.flatMap(({ column, type, format }, index): GraphColumn[] => {
    const found = context.column(`columns.${index}.column`, column, input);
    if (found === undefined) return [];
    const fault = castFault(found.type, type);
    if (fault !== undefined) context.fault(`columns.${index}.type`, "node.cast", fault);
    if (format !== undefined && !isParsed(found.type, type))
      context.fault(`columns.${index}.format`, "node.format", "A format is for texts that become dates or timestamps.");
    return [{ name: found.name, type }];
  });
  return { out: input === undefined ? undefined : withColumns(input, retyped) };
}

const isParsed = (from: string, to: string): boolean => from === "text" && (to === "date" || to === "timestamp" || to === "timestamptz");

export function checkMap(node: NodeOf<"map">, context: NodeContext): PortColumns {
  const input = context.input();
  const { fields } = node.settings;
  context.distinct(
    fields.map((field) => field.to),
    (index) => `fields.${index}.to`,
  );
  for (const [index, field] of fields.entries()) {
    const path = `fields.${index}`;
    if (field.from !== undefined && field.expression !== undefined)
      context.fault(path, "node.map_both", `${field.to} has a column and an expression: leave one out.`);
    const type = fieldType(field, path, input, context);
    if (type !== undefined && castFault(type, field.type) !== undefined) context.fault(`${path}.type`, "node.cast", `${type} cannot become ${field.type}.`);
  }
  return { out: fields.map((field) => ({ name: field.to, type: field.type })) };
}

function fieldType(field: NodeOf<"map">["settings"]["fields"][number], path: string, input: Columns, context: NodeContext): ExpressionType | undefined {
  if (field.expression !== undefined) return context.value(`${path}.expression`, field.expression, input).type;
  return field.from === undefined ? undefined : (context.column(`${path}.from`, field.from, input)?.type ?? "unknown");
}

export function checkMask(node: NodeOf<"mask">, context: NodeContext): PortColumns {
  const input = context.input();
  const { columns } = node.settings;
  context.distinct(
    columns.map((each) => each.column),
    (index) => `columns.${index}.column`,
  );
  const masked = columns.flatMap(({ column, mask }, index): GraphColumn[] => {
    const found = context.column(`columns.${index}.column`, column, input);
    return found === undefined ? [] : [{ name: found.name, type: maskedType(mask.kind, found.type) }];
  });
  return { out: input === undefined ? undefined : withColumns(input, masked) };
}

export function checkFunction(node: NodeOf<"function">, context: NodeContext): PortColumns {
  const input = context.input();
  const { inputs, outputs } = node.settings;
  for (const [argument, column] of Object.entries(inputs)) context.column(`inputs.${argument}`, column, input);
  context.distinct(
    outputs.map((output) => output.name),
    (index) => `outputs.${index}.name`,
  );
  const own = context.known.functions?.find((each) => each.name === node.settings.function);
  for (const argument of own?.arguments ?? [])
    if (inputs[argument.name] === undefined) context.fault("inputs", "node.argument_missing", `Say which column is ${argument.name}.`);
  return { out: input === undefined ? undefined : withColumns(input, outputs) };
}
