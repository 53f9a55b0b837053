import type { NodeKind, NodeOf, PipelineNode } from "@granary/protocol";

/** A setting that has to be made before a node can run; `path` as in a `GraphFault`. */
export interface Unfinished {
  readonly path: string;
  readonly message: string;
}

type Rows<K extends NodeKind> = (settings: NodeOf<K>["settings"]) => readonly (readonly [isMissing: boolean, path: string, message: string])[];

const isBlank = (text: string): boolean => text.trim() === "";
const expressionsOf = (columns: readonly { readonly expression: string }[]) =>
  columns.map(({ expression }, index) => [isBlank(expression), `columns.${index}.expression`, "Say how the column is computed."] as const);

const DATASET = "Choose a dataset.";
const CONNECTION = "Choose a connection.";
const COLUMN = "Choose a column.";

const MISSING: { readonly [K in NodeKind]: Rows<K> } = {
  source_stream: ({ connection, stream, mode, cursor }) => [
    [isBlank(connection), "connection", CONNECTION],
    [!isBlank(connection) && isBlank(stream.name), "stream.name", "Choose what to read of the connection."],
    [mode === "incremental" && (cursor === undefined || isBlank(cursor)), "cursor", "Choose the column that tells what is new."],
  ],
  source_dataset: ({ dataset }) => [[isBlank(dataset), "dataset", DATASET]],
  source_rows: () => [],
  filter: ({ condition }) => [[isBlank(condition), "condition", "Say which rows stay."]],
  derive: ({ columns }) => [[columns.length === 0, "columns", "Add a column."], ...expressionsOf(columns)],
  select: ({ columns, mode }) => [[columns.length === 0 && mode === "keep", "columns", "Choose the columns to keep."]],
  cast: ({ columns }) => [[columns.length === 0, "columns", "Choose the columns whose type changes."]],
  map: ({ fields }) => [
    [fields.length === 0, "fields", "Add a field."],
    ...fields.map(
      ({ to, from, expression }, index) =>
        [from === undefined && (expression === undefined || isBlank(expression)), `fields.${index}`, `Say where ${to} comes from.`] as const,
    ),
  ],
  sort: ({ by }) => [[by.length === 0, "by", "Choose what to sort by."]],
  limit: () => [],
  join: ({ kind, on, condition }) => [
    [kind !== "cross" && on.length === 0 && (condition === undefined || isBlank(condition)), "on", "Choose the columns that have to be equal."],
  ],
  lookup: ({ on, take }) => [
    [on.length === 0, "on", "Choose the columns to look up by."],
    [take.length === 0, "take", "Choose what to take from the table."],
  ],
  union: () => [],
  aggregate: ({ by, measures }) => [
    [by.length === 0 && measures.length === 0, "measures", "Say what to count or sum."],
    ...measures.map(({ expression }, index) => [isBlank(expression), `measures.${index}.expression`, "Say how it is computed."] as const),
  ],
  deduplicate: ({ keep, orderBy }) => [[keep !== "any" && orderBy.length === 0, "orderBy", `Say by which order a row is the ${keep}.`]],
  pivot: ({ column, values, measure }) => [
    [isBlank(column), "column", "Choose the column whose values become columns."],
    [!isBlank(column) && values.length === 0, "values", "Say which values become columns."],
    [isBlank(measure), "measure", "Say what the new columns hold."],
  ],
  unpivot: ({ columns }) => [[columns.length === 0, "columns", "Choose the columns that become rows."]],
  window: ({ columns }) => [[columns.length === 0, "columns", "Add a column."], ...expressionsOf(columns)],
  branch: ({ branches }) => branches.map(({ condition }, index) => [isBlank(condition), `branches.${index}.condition`, "Say which rows go this way."] as const),
  flatten: ({ column, into, fields }) => [
    [isBlank(column), "column", COLUMN],
    [into === "columns" && fields.length === 0, "fields", "Say which fields become columns."],
  ],
  sql: ({ text }) => [[isBlank(text), "text", "Write a query."]],
  function: ({ function: name, outputs }) => [
    [isBlank(name), "function", "Choose a function."],
    [!isBlank(name) && outputs.length === 0, "outputs", "Say where the results go."],
  ],
  mask: ({ columns }) => [[columns.length === 0, "columns", "Choose the columns to mask."]],
  gate: ({ checks }) => [
    [checks.length === 0, "checks", "Add a check."],
    ...checks.flatMap((check, index): readonly (readonly [boolean, string, string])[] => {
      if (check.check === "not_null") return [[isBlank(check.column), `checks.${index}.column`, COLUMN]];
      if (check.check === "unique") return [[check.columns.length === 0, `checks.${index}.columns`, "Choose the columns that have to be unique."]];
      if (check.check === "expression") return [[isBlank(check.expression), `checks.${index}.expression`, "Say what has to be true of every row."]];
      return [];
    }),
  ],
  to_dataset: ({ dataset, mode, keys }) => [
    [isBlank(dataset), "dataset", DATASET],
    [(mode === "upsert" || mode === "soft_delete") && keys.length === 0, "keys", "Choose the columns that tell rows apart."],
  ],
  to_change: ({ dataset }) => [[isBlank(dataset), "dataset", DATASET]],
  to_file: ({ name }) => [[isBlank(name), "name", "Name the file."]],
  to_connection: ({ connection, mode, keys }) => [
    [isBlank(connection), "connection", CONNECTION],
    [mode === "upsert" && keys.length === 0, "keys", "Choose the columns that tell rows apart."],
  ],
};

/** What is still to be said of a node before it can run; each is an error of the graph. Empty for a node that is set up. */
export function unfinished(node: PipelineNode): readonly Unfinished[] {
  const rows = (MISSING[node.kind] as Rows<NodeKind>)(node.settings as never);
  return rows.flatMap(([isMissing, path, message]) => (isMissing ? [{ path, message }] : []));
}
