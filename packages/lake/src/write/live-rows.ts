import { call, column, type EngineSession, type Expression, inQuery, literal, not, type Query, type SelectQuery } from "@granary/engine";
import type { FileIo } from "../file-io/index.ts";
import { type HeldFiles, holdFiles, type LiveDataFile, scanRelation, storedName } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";

/** The place of a row in a table: its file's ordinal, and its position there. */
export const FILE = "granary_file";
export const POSITION = "granary_position";

/** Makes files readable with all columns of the table. */
export function holdRows(
  parts: { readonly fileIo: FileIo; readonly session: EngineSession },
  table: OpenTable,
  files: readonly LiveDataFile[],
  signal: AbortSignal | undefined,
): Promise<HeldFiles> {
  return holdFiles(parts, { table, files, fieldIds: table.schema.fields.map((field) => field.id), signal });
}

/** The live rows of some of the held files: columns by stored name, with each row's place. */
export function liveRows(held: HeldFiles, files: readonly LiveDataFile[], fieldIds: readonly number[]): SelectQuery {
  const names = fieldIds.map(storedName);
  const fields = fieldIds.map((fieldId) => ({ fieldId, name: storedName(fieldId) }));
  return {
    kind: "select",
    items: [...names, FILE, POSITION].map((name) => ({ expression: column(name), as: name })),
    from: scanRelation(held, fields, { files, ordinalAs: FILE, positionAs: POSITION }),
  };
}

/** Values in a table of the session. */
export interface KnownValues {
  readonly table: string;
  readonly columns: readonly Expression[];
  readonly where?: Expression;
}

/**
 * Whether values are among others; never null. The engine takes files read by field id for tiny, and in a join would hash all
 * their rows to look few others up. Written like this it always hashes the known values, and goes through the rows once.
 */
function isAmong(values: readonly Expression[], { table, columns, where }: KnownValues): Expression {
  const items = columns.map((expression, index) => ({ expression, as: `v${index}` }));
  const known: Query = { kind: "select", items, from: { kind: "table", name: table }, ...(where === undefined ? {} : { where }) };
  return call("coalesce", inQuery(values, known), literal(false));
}

const withCondition = (rows: SelectQuery, where: Expression): SelectQuery => ({
  kind: "select",
  items: rows.items.map(({ as }) => ({ expression: column(as), as })),
  from: { kind: "query", query: rows },
  where,
});

/** The rows whose values are among the known ones. */
export const rowsAmong = (rows: SelectQuery, values: readonly Expression[], known: KnownValues): SelectQuery => withCondition(rows, isAmong(values, known));

/** The rows whose values are not. */
export const rowsNotAmong = (rows: SelectQuery, values: readonly Expression[], known: KnownValues): SelectQuery =>
  withCondition(rows, not(isAmong(values, known)));
