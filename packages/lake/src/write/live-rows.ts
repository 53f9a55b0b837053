import { column, type EngineSession, type Query } from "@granary/engine";
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
export function liveRows(held: HeldFiles, files: readonly LiveDataFile[], fieldIds: readonly number[]): Query {
  const names = fieldIds.map(storedName);
  const fields = fieldIds.map((fieldId) => ({ fieldId, name: storedName(fieldId) }));
  return {
    kind: "select",
    items: [...names, FILE, POSITION].map((name) => ({ expression: column(name), as: name })),
    from: scanRelation(held, fields, { files, ordinalAs: FILE, positionAs: POSITION }),
  };
}
