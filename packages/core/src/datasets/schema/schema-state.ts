import type { Reader, Writer } from "@granary/db";
import { problem } from "@granary/protocol";
import { sql } from "kysely";
import type { StoredColumn } from "../store.ts";

/** The columns of one schema version with their rules, and which of them identify a row. */
export interface SchemaState {
  readonly columns: readonly StoredColumn[];
  /** Field ids, in order. */
  readonly keys: readonly number[];
}

/** A kept schema version. */
export interface SchemaRow extends SchemaState {
  readonly number: number;
  readonly reason: string;
  readonly createdAt: Date;
  readonly byId: string | null;
  readonly byName: string | null;
  /** The first and the last version of the data with these columns. */
  readonly firstData: number | null;
  readonly lastData: number | null;
}

function selectSchemas(db: Reader | Writer, datasetId: string) {
  const dataVersion = (pick: "min" | "max") =>
    sql<number | null>`(select ${sql.raw(pick)}(v.number) from dataset_versions v where v.dataset_id = s.dataset_id and v.schema_version = s.number)`;
  return db
    .selectFrom("schema_versions as s")
    .leftJoin("users as u", "u.id", "s.created_by")
    .select([
      "s.number",
      "s.reason",
      "s.created_at as createdAt",
      "u.id as byId",
      "u.name as byName",
      "s.key_fields as keys",
      sql<StoredColumn[]>`s.columns`.as("columns"),
      dataVersion("min").as("firstData"),
      dataVersion("max").as("lastData"),
    ])
    .where("s.dataset_id", "=", datasetId);
}

/** A schema version of a dataset that is known to have it. */
export async function getSchemaRow(db: Reader | Writer, datasetId: string, number: number): Promise<SchemaRow> {
  const row = await selectSchemas(db, datasetId).where("s.number", "=", number).executeTakeFirst();
  if (row === undefined) throw problem("dataset.not_ready");
  return row;
}

/** Schema versions, only those below one when it is named, newest first. */
export function listSchemaRows(db: Reader | Writer, datasetId: string, options: { readonly before: number | undefined }): Promise<SchemaRow[]> {
  return selectSchemas(db, datasetId)
    .$if(options.before !== undefined, (q) => q.where("s.number", "<", options.before ?? 0))
    .orderBy("s.number", "desc")
    .execute();
}
