import type { DatasetSchema, SchemaDocument, SchemaHistoryEntry } from "@granary/protocol";
import { decodeCursor, problem, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import { resolveVersion } from "../versions/resolve-version.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { toDocument } from "./document.ts";
import { presentPerson, presentSchema, presentSchemaColumns, seenSchema } from "./present-schema.ts";
import { getSchemaRow, listSchemaRows, type SchemaRow } from "./schema-state.ts";
import { toTarget } from "./target-schema.ts";

/** The columns of a version of the data, the newest by default, with their rules. */
export async function getSchema(ctx: Ctx, dataset: string, asked: string | undefined): Promise<DatasetSchema> {
  const row = await requireDataset(ctx, dataset);
  const version = await resolveVersion(ctx, row, asked);
  return presentSchema(ctx.principal, row, await getSchemaRow(ctx.db, row.id, version.schemaVersion), version.number);
}

export async function getSchemaDocument(ctx: Ctx, dataset: string): Promise<SchemaDocument> {
  const row = await requireDataset(ctx, dataset);
  if (row.data_version === 0) throw problem("dataset.not_ready");
  return toDocument(row.name, seenSchema(await getSchemaRow(ctx.db, row.id, row.schema_version), row));
}

/** Columns that were there before a version and are not in it, as they were called last. */
function droppedBefore(schema: SchemaRow, all: readonly SchemaRow[]): SchemaHistoryEntry["dropped"] {
  const present = new Set(schema.columns.map((column) => column.fieldId));
  const dropped = new Map<number, SchemaHistoryEntry["dropped"][number]>();
  for (const earlier of all.filter((row) => row.number < schema.number)) {
    for (const { id, name, type, storedType } of presentSchemaColumns(earlier))
      if (!present.has(id) && !dropped.has(id)) dropped.set(id, { id, name, type, storedType, droppedIn: earlier.number + 1 });
  }
  return [...dropped.values()];
}

/** How the columns of a dataset changed, newest first; each entry against the one before. */
export async function listSchemaHistory(
  ctx: Ctx,
  dataset: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: SchemaHistoryEntry[]; next: string | null }> {
  const row = await requireDataset(ctx, dataset);
  const before = decodeCursor(query.cursor, 1)?.[0];
  // All below are read, for what was dropped may have been dropped long ago.
  const all = await listSchemaRows(ctx.db, row.id, { before: before === undefined ? undefined : Number(before) });
  const rows = all.map((schema) => seenSchema(schema, row));
  return toPage(
    rows.slice(0, query.limit + 1),
    query.limit,
    (schema): SchemaHistoryEntry => {
      const previous = rows.find((candidate) => candidate.number === schema.number - 1);
      return {
        version: schema.number,
        dataVersion: schema.firstData ?? row.data_version,
        at: schema.createdAt.toISOString(),
        by: presentPerson(schema.byId, schema.byName),
        reason: schema.reason,
        changes: previous === undefined ? [] : compareSchemas(previous, toTarget(schema)),
        columns: presentSchemaColumns(schema),
        dropped: droppedBefore(schema, rows),
      };
    },
    (schema) => [schema.number],
  );
}
