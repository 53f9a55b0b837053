import { isDeepStrictEqual } from "node:util";
import { call, cast, column, type EngineSession, type Expression, literal, not, type Query, type SelectItem, type SqlType } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type IcebergField, type IcebergSchema, toSqlType } from "../iceberg/index.ts";
import { BATCH_COLUMN } from "../table/index.ts";
import { knownType } from "./known-types.ts";
import { type Conversion, conversionOf } from "./source-value.ts";

const COLUMNS_PER_CHECK = 100;
const MAX_NAMES = 10;
const MAX_EXAMPLE = 100;

/** What a source's rows are made into. */
export interface WantedRows {
  readonly schema: IcebergSchema;
  /** Columns of the source that are kept under their names although the table does not have them. */
  readonly extras?: readonly string[];
  /** Columns that must be there even if they may be empty. */
  readonly needed?: readonly string[];
  /** Other columns may be missing although they must not be empty: the source only names rows. */
  readonly mayLack?: boolean;
  readonly batch?: string;
}

/** Rows with the table's own names and types. */
export interface TypedRows {
  readonly query: Query;
  /** The table's columns it has; the others are empty. */
  readonly fields: readonly IcebergField[];
}

/** The columns of a query in order. */
function namesOf(query: Query): readonly string[] {
  if (query.kind === "select") return query.items.map((item) => item.as);
  const inner = query.kind === "with" ? query.query : query.queries[0];
  return inner === undefined ? [] : namesOf(inner);
}

const mismatch = (reason: string): Error => problem("lake.columns_mismatch", { reason });

function matchedFields(names: readonly string[], wanted: WantedRows): readonly IcebergField[] {
  const own = wanted.schema.fields.filter((field) => field.name !== BATCH_COLUMN);
  const known = new Set([...own.map((field) => field.name), ...(wanted.extras ?? [])]);
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw mismatch(`it does not have ${unknown.slice(0, MAX_NAMES).join(", ")}`);
  const missing = [...(wanted.needed ?? []), ...(wanted.extras ?? [])].filter((name) => !names.includes(name));
  const required = wanted.mayLack === true ? [] : own.filter((field) => field.required && !names.includes(field.name)).map((field) => field.name);
  const lacking = [...new Set([...required, ...missing])];
  if (lacking.length > 0) throw mismatch(`the rows lack ${lacking.slice(0, MAX_NAMES).join(", ")}`);
  const fields = own.filter((field) => names.includes(field.name));
  if (fields.length === 0) throw mismatch("the rows have none of its columns");
  return fields;
}

function sqlTypeOf(field: IcebergField): SqlType {
  const type = toSqlType(field.type);
  if (type === undefined) throw problem("lake.unsupported", { reason: `the column ${field.name} has a type we do not know` });
  return type;
}

/** How every field's value is made when the source says itself that it has the very types; undefined when it does not. */
function knownConversions(source: Query, fields: readonly IcebergField[]): readonly Conversion[] | undefined {
  const types = fields.map(sqlTypeOf);
  const areSame = fields.every(({ name }, index) => isDeepStrictEqual(knownType(source, name), types[index]));
  if (!areSame) return undefined;
  return fields.map((field) => conversionOf({ value: column(field.name), engineType: "" }, { type: field.type, sqlType: sqlTypeOf(field), engineType: "" }));
}

/** How every field's value is made, from the types the engine reports for the source and for the columns. */
async function askedConversions(session: EngineSession, source: Query, fields: readonly IcebergField[]): Promise<readonly Conversion[]> {
  const types = fields.map(sqlTypeOf);
  const { columns } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        ...fields.map((field, index): SelectItem => ({ expression: column(field.name), as: `is${index}` })),
        ...types.map((type, index): SelectItem => ({ expression: cast(literal(null), type), as: `wanted${index}` })),
      ],
      from: { kind: "query", query: source },
      limit: 0,
    },
  });
  return fields.map((field, index) => {
    const sqlType = types[index] ?? sqlTypeOf(field);
    const engineType = (at: number): string => columns[at]?.type ?? "";
    return conversionOf(
      { value: column(field.name), engineType: engineType(index) },
      { type: field.type, sqlType, engineType: engineType(fields.length + index) },
    );
  });
}

interface Checked {
  readonly field: IcebergField;
  readonly fits: Expression;
}

async function misfitsAmong(session: EngineSession, source: Query, checks: readonly Checked[]) {
  const items = checks.flatMap(({ field, fits }, index): readonly SelectItem[] => {
    const misfit = not(fits);
    return [
      { expression: { ...call("count_rows"), filter: misfit }, as: `count${index}` },
      { expression: { ...call("min", cast(column(field.name), { kind: "text" })), filter: misfit }, as: `example${index}` },
    ];
  });
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "query", query: source } } });
  return checks.flatMap(({ field }, index) => {
    const count = Number(rows[0]?.[index * 2] ?? 0);
    if (count === 0) return [];
    const example = String(rows[0]?.[index * 2 + 1] ?? "").slice(0, MAX_EXAMPLE);
    const type = typeof field.type === "string" ? field.type : field.type.type;
    return [{ path: field.name, message: `${count} values are no ${type}, for example ${JSON.stringify(example)}` }];
  });
}

/** Reads the source once, if any of its columns has another type than the table's, and not at all otherwise. */
async function requireFitting(session: EngineSession, source: Query, checks: readonly Checked[]): Promise<void> {
  const issues = [];
  for (let at = 0; at < checks.length; at += COLUMNS_PER_CHECK) {
    issues.push(...(await misfitsAmong(session, source, checks.slice(at, at + COLUMNS_PER_CHECK))));
  }
  if (issues.length > 0) throw problem("lake.values_mismatch", {}, { issues });
}

function batchItem(wanted: WantedRows): readonly { readonly field: IcebergField; readonly item: SelectItem }[] {
  if (wanted.batch === undefined) return [];
  const field = wanted.schema.fields.find((candidate) => candidate.name === BATCH_COLUMN);
  if (field === undefined) throw mismatch(`it keeps no batches; add the column ${BATCH_COLUMN} first`);
  return [{ field, item: { expression: cast(literal(wanted.batch), { kind: "text" }), as: field.name } }];
}

/**
 * A source's rows in the table's own types. No value is changed: one that does not fit gives `lake.values_mismatch` with
 * column, count and example; columns that do not match give `lake.columns_mismatch`.
 */
export async function typedRows(session: EngineSession, source: Query, wanted: WantedRows): Promise<TypedRows> {
  const fields = matchedFields(namesOf(source), wanted);
  const made = knownConversions(source, fields) ?? (await askedConversions(session, source, fields));
  const checks = fields.flatMap((field, index): readonly Checked[] => {
    const fits = made[index]?.fits;
    return fits === undefined ? [] : [{ field, fits }];
  });
  if (checks.length > 0) await requireFitting(session, source, checks);
  const batch = batchItem(wanted);
  const items: readonly SelectItem[] = [
    ...fields.map((field, index) => ({ expression: made[index]?.value ?? column(field.name), as: field.name })),
    ...batch.map(({ item }) => item),
    ...(wanted.extras ?? []).map((name) => ({ expression: column(name), as: name })),
  ];
  return {
    query: { kind: "select", items, from: { kind: "query", query: source } },
    fields: [...fields, ...batch.map(({ field }) => field)],
  };
}
