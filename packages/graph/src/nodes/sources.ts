import type { GraphColumn, NodeOf } from "@granary/protocol";
import { type Columns, findColumn } from "./columns.ts";
import type { NodeContext, PortColumns } from "./context.ts";

const knownColumns = (context: NodeContext, schema: readonly GraphColumn[]): Columns => {
  const found = context.known.sources?.[context.node.id];
  if (found !== undefined) return found;
  return schema.length === 0 ? undefined : schema;
};

function chosen(context: NodeContext, all: Columns, names: readonly string[]): Columns {
  if (all === undefined) {
    context.warn(null, "node.columns_unknown", "The columns are not known yet. Choose the source, or discover it again.");
    return undefined;
  }
  if (names.length === 0) return all;
  context.columnsExist("columns", names, all);
  return names.flatMap((name) => findColumn(all, name) ?? []);
}

export function checkStream(node: NodeOf<"source_stream">, context: NodeContext): PortColumns {
  const { columns, cursor, keys, mode, schema } = node.settings;
  const out = chosen(context, knownColumns(context, schema), columns);
  if (mode === "incremental" && cursor !== undefined) context.column("cursor", cursor, out);
  context.columnsExist("keys", keys, out);
  return { out };
}

export function checkDataset(node: NodeOf<"source_dataset">, context: NodeContext): PortColumns {
  return { out: chosen(context, knownColumns(context, node.settings.schema), node.settings.columns) };
}

export function checkRows(node: NodeOf<"source_rows">, context: NodeContext): PortColumns {
  const { columns, rows } = node.settings;
  context.distinct(
    columns.map((column) => column.name),
    (index) => `columns.${index}.name`,
  );
  const wrong = rows.findIndex((row) => row.length !== columns.length);
  if (wrong >= 0) context.fault(`rows.${wrong}`, "node.row_length", `Row ${wrong + 1} has ${rows[wrong]?.length ?? 0} values for ${columns.length} columns.`);
  return { out: columns };
}

export function checkSql(node: NodeOf<"sql">, context: NodeContext): PortColumns {
  const out = knownColumns(context, node.settings.schema);
  if (out === undefined) context.warn(null, "node.columns_unknown", "The columns of this SQL are known once the pipeline has been checked on the server.");
  return { out };
}
