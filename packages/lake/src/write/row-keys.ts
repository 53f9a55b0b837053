import {
  aggregate,
  call,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  isNull,
  literal,
  or,
  type Query,
  typedLiteral,
  and,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import type { KeyRange } from "../change/index.ts";
import { storedColumn, storedName } from "../files/index.ts";
import { encodeBound, type IcebergField, parsePrimitive } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";

const MAX_EXAMPLES = 5;
const MAX_KEY_LENGTH = 200;

const missing = (reason: string): Error => problem("lake.keys_missing", { reason });

/** The columns rows are matched by. Throws `lake.keys_missing`. */
export function keyFields(table: OpenTable, ids: readonly number[] | undefined): readonly IcebergField[] {
  const wanted = ids ?? table.schema["identifier-field-ids"] ?? [];
  if (wanted.length === 0) throw missing("the dataset has no key columns; name some");
  return wanted.map((id) => {
    const field = table.schema.fields.find((candidate) => candidate.id === id);
    if (field === undefined) throw missing(`it has no column with the field id ${id}`);
    if (typeof field.type !== "string") throw missing(`the column ${field.name} is made of parts`);
    return field;
  });
}

/** A table of the session that holds the source's rows, by stored name. */
export interface SourceTable {
  readonly name: string;
  readonly keys: readonly IcebergField[];
}

const columnOf = (key: IcebergField): Expression => column(storedName(key.id));
const textOf = (expression: Expression): Expression => cast(expression, { kind: "text" });

export interface KeyFacts {
  readonly rows: number;
  /** One per key column: from the least to the greatest key as texts; undefined without rows. */
  readonly ranges: readonly ({ readonly lower: string; readonly upper: string } | undefined)[];
}

async function refuseDuplicates(session: EngineSession, { name, keys }: SourceTable): Promise<void> {
  const repeated: Query = {
    kind: "select",
    items: [...keys.map((key) => ({ expression: textOf(columnOf(key)), as: storedName(key.id) })), { expression: call("count_rows"), as: "times" }],
    from: { kind: "table", name },
    groupBy: keys.map(columnOf),
    having: compare(call("count_rows"), ">", literal(1)),
  };
  const { rows } = await session.run({ kind: "query", query: { ...repeated, limit: MAX_EXAMPLES } });
  if (rows.length === 0) return;
  const counted = await session.run({
    kind: "query",
    query: { kind: "select", items: [{ expression: call("count_rows"), as: "count" }], from: { kind: "query", query: repeated } },
  });
  const path = keys.map((key) => key.name).join(", ");
  const issues = rows.map((row) => ({ path, message: `${String(row.at(-1))} rows have the key ${row.slice(0, -1).join(", ").slice(0, MAX_KEY_LENGTH)}` }));
  throw problem("lake.duplicate_keys", { count: Number(counted.rows[0]?.[0] ?? 0) }, { issues });
}

/** Counts keys and finds their ranges. Throws `lake.null_keys`, which names the columns, and `lake.duplicate_keys` with examples. */
export async function checkKeys(session: EngineSession, source: SourceTable): Promise<KeyFacts> {
  const { keys } = source;
  const isMissing = or(...keys.map((key) => isNull(columnOf(key))));
  const { rows } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        { expression: call("count_rows"), as: "rows" },
        { expression: aggregate("count_rows", [], { filter: isMissing }), as: "nulls" },
        ...keys.flatMap((key) => [
          { expression: aggregate("count_rows", [], { filter: isNull(columnOf(key)) }), as: `nulls_${key.id}` },
          { expression: textOf(call("min", columnOf(key))), as: `min_${key.id}` },
          { expression: textOf(call("max", columnOf(key))), as: `max_${key.id}` },
        ]),
      ],
      from: { kind: "table", name: source.name },
    },
  });
  const [count, nulls, ...facts] = rows[0] ?? [];
  const perKey = keys.map((key, index) => ({ key, nulls: Number(facts[index * 3]), lower: facts[index * 3 + 1], upper: facts[index * 3 + 2] }));
  if (Number(nulls) > 0) {
    const issues = perKey.filter((item) => item.nulls > 0).map((item) => ({ path: item.key.name, message: `${item.nulls} rows have no value` }));
    throw problem("lake.null_keys", { count: Number(nulls) }, { issues });
  }
  await refuseDuplicates(session, source);
  const ranges = perKey.map(({ lower, upper }) => (typeof lower === "string" && typeof upper === "string" ? { lower, upper } : undefined));
  return { rows: Number(count ?? 0), ranges };
}

/** The ranges as a change's guard states them. */
export function keyRanges(keys: readonly IcebergField[], facts: KeyFacts): readonly KeyRange[] {
  return keys.map((key, index) => {
    const range = facts.ranges[index];
    const bound = (text: string | undefined, side: "lower" | "upper") =>
      text === undefined ? undefined : encodeBound(String(key.type), text, side)?.toString("base64");
    const [lower, upper] = [bound(range?.lower, "lower"), bound(range?.upper, "upper")];
    return { fieldId: key.id, ...(lower === undefined ? {} : { lower }), ...(upper === undefined ? {} : { upper }) };
  });
}

/** A key's text as a constant of its type; undefined where comparing with it would be doubtful. */
function constant(type: string, text: string): Expression | undefined {
  const primitive = parsePrimitive(type);
  switch (primitive?.kind) {
    case "string":
      return literal(text);
    case "int":
    case "long":
      return literal(BigInt(text));
    case "decimal":
      return typedLiteral(primitive, text);
    case "date":
    case "timestamp":
    case "timestamptz":
    case "uuid":
      return typedLiteral({ kind: primitive.kind }, text);
    default:
      return undefined;
  }
}

/** A condition over the table's columns that no row outside the keys' ranges fulfils, for leaving files out. */
export function withinRanges(keys: readonly IcebergField[], facts: KeyFacts): Expression {
  const conditions = keys.flatMap((key, index) => {
    const range = facts.ranges[index];
    const [lower, upper] = [range?.lower, range?.upper].map((text) => (text === undefined ? undefined : constant(String(key.type), text)));
    return [
      ...(lower === undefined ? [] : [compare(storedColumn(key.id), ">=", lower)]),
      ...(upper === undefined ? [] : [compare(storedColumn(key.id), "<=", upper)]),
    ];
  });
  return and(...conditions);
}
