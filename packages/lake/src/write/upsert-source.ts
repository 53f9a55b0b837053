import { call, column, compare, type EngineSession, literal, over, type Query, type SelectItem } from "@granary/engine";
import { storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";
import { checkKeys, type KeyFacts } from "./row-keys.ts";
import { typedRows } from "./typed-source.ts";
import type { Source } from "./types.ts";

export const SOURCE = "granary_source";
/** Numbers the source's rows. */
export const SOURCE_ROW = "granary_source_row";
/** Whether the row says that its key is to be deleted. */
export const GONE = "granary_gone";

export interface UpsertSource {
  readonly source: Source;
  readonly keys: readonly IcebergField[];
  readonly deleteWhen?: string | undefined;
  readonly lastBy?: string | undefined;
  readonly batch?: string | undefined;
  /** The source needs to have the key columns only. */
  readonly keysOnly: boolean;
}

export interface LoadedSource {
  /** The table's columns the source has, the batch among them when one is named; in the table `granary_source` by stored name. */
  readonly fields: readonly IcebergField[];
  readonly keys: KeyFacts;
}

/** Of rows with one key those with the highest value; equal ones are all kept, and then refused as duplicates. */
function latest(query: Query, columns: readonly string[], keys: readonly IcebergField[], lastBy: string): Query {
  const rank = over(call("rank"), {
    partitionBy: keys.map((key) => column(key.name)),
    orderBy: [{ expression: column(lastBy), direction: "desc", nulls: "last" }],
  });
  return {
    kind: "select",
    items: columns.map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query },
    qualify: compare(rank, "=", literal(1)),
  };
}

/** Puts a source's rows into a table of the session, in the table's types, and checks that every key is there once. */
export async function loadSource(session: EngineSession, table: OpenTable, input: UpsertSource): Promise<LoadedSource> {
  const { source, keys, deleteWhen, lastBy, batch } = input;
  const own = new Set(table.schema.fields.map((field) => field.name));
  const extras = [deleteWhen, lastBy].filter((name) => name !== undefined).filter((name) => !own.has(name));
  const typed = await typedRows(session, source.query, {
    schema: table.schema,
    extras: [...new Set(extras)],
    needed: keys.map((key) => key.name),
    mayLack: input.keysOnly,
    ...(batch === undefined ? {} : { batch }),
  });
  const columns = [...typed.fields.map((field) => field.name), ...new Set(extras)];
  const query = lastBy === undefined ? typed.query : latest(typed.query, columns, keys, lastBy);
  const gone = deleteWhen === undefined ? literal(false) : call("coalesce", column(deleteWhen), literal(false));
  const items: readonly SelectItem[] = [
    { expression: over(call("row_number"), {}), as: SOURCE_ROW },
    { expression: gone, as: GONE },
    ...typed.fields.map((field) => ({ expression: column(field.name), as: storedName(field.id) })),
  ];
  await session.run({ kind: "createTable", name: SOURCE, query: { kind: "select", items, from: { kind: "query", query } } });
  const facts = await checkKeys(session, { name: SOURCE, keys });
  return { fields: typed.fields, keys: facts };
}
