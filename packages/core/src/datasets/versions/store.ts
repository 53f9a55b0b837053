import type { Reader, Writer } from "@granary/db";
import type { VersionOperation } from "../commands/add-version.ts";

type Db = Reader | Writer;

function selectVersions(db: Db, datasetId: string) {
  return db
    .selectFrom("dataset_versions as v")
    .leftJoin("users as p", "p.id", "v.created_by")
    .leftJoin("batches as b", "b.id", "v.batch_id")
    .leftJoin("uploads as u", "u.id", "b.upload_id")
    .leftJoin("change_requests as c", "c.id", "v.change_id")
    .selectAll("v")
    .select(["p.name as person_name", "u.file_name", "c.number as change_number", "c.title as change_title"])
    .where("v.dataset_id", "=", datasetId);
}

export type VersionRow = Awaited<ReturnType<typeof findVersionRow>> & {};

export function findVersionRow(db: Db, datasetId: string, number: number) {
  return selectVersions(db, datasetId).where("v.number", "=", number).executeTakeFirst();
}

/** Versions of a dataset below one, newest first. */
export function listVersionRows(db: Db, datasetId: string, options: { readonly before: number | undefined; readonly limit: number }) {
  return selectVersions(db, datasetId)
    .$if(options.before !== undefined, (q) => q.where("v.number", "<", options.before ?? 0))
    .orderBy("v.number", "desc")
    .limit(options.limit + 1)
    .execute();
}

/** One step of a dataset's history, as far as it says where the rows of loads are. */
export interface VersionStep {
  readonly number: number;
  readonly operation: VersionOperation;
  readonly batchId: string | null;
  readonly restoredFrom: number | null;
}

export async function listVersionSteps(db: Db, datasetId: string): Promise<readonly VersionStep[]> {
  const rows = await db
    .selectFrom("dataset_versions")
    .select(["number", "operation", "batch_id as batchId", "restored_from as restoredFrom"])
    .where("dataset_id", "=", datasetId)
    .execute();
  return rows.map((row) => ({ ...row, operation: row.operation as VersionOperation }));
}
