import type { Reader, Writer } from "@granary/db";
import { type Expression, type SqlBool, sql } from "kysely";
import { grantedLevel, readableDatasets } from "../access/index.ts";
import type { Principal } from "../context/index.ts";

type Db = Reader | Writer;

/** A column as it is kept with a schema version. */
export interface StoredColumn {
  readonly fieldId: number;
  readonly name: string;
  readonly type: string;
  readonly storedType: string;
  readonly description?: string;
  readonly semanticType?: string;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly allowedValues?: readonly string[];
}

const datasetStatus = sql<"ready" | "importing" | "failed">`case
  when d.data_version > 0 then 'ready'
  when exists (select from batches b join jobs j on j.id = b.job_id where b.dataset_id = d.id and j.state in ('queued', 'running')) then 'importing'
  else 'failed' end`;

function selectDatasets(db: Db, principal: Principal) {
  return db
    .selectFrom("datasets as d")
    .leftJoin("users as owner", "owner.id", "d.owner_id")
    .leftJoin("schema_versions as s", (join) => join.onRef("s.dataset_id", "=", "d.id").onRef("s.number", "=", "d.schema_version"))
    .selectAll("d")
    .select([
      datasetStatus.as("status"),
      "owner.name as owner_name",
      sql<StoredColumn[] | null>`s.columns`.as("columns"),
      sql<Record<string, string>>`d.properties`.as("own_properties"),
      "s.key_fields",
      grantedLevel(principal).as("granted"),
    ])
    .where((eb) => readableDatasets(eb as never, principal) as Expression<SqlBool>);
}

export type DatasetRow = Awaited<ReturnType<typeof findDatasetRow>> & {};

interface FindOptions {
  /** Look in the trash instead of outside it. */
  readonly trashed?: boolean;
}

/** The dataset with this id or name, if the principal may see it. */
export function findDatasetRow(db: Db, principal: Principal, idOrName: string, options: FindOptions = {}) {
  return selectDatasets(db, principal)
    .where((eb) => eb.or([eb("d.id", "=", idOrName), eb(eb.fn<string>("lower", ["d.name"]), "=", idOrName.toLowerCase())]))
    .where("d.trashed_at", options.trashed === true ? "is not" : "is", null)
    .orderBy(sql`d.id = ${idOrName}`, "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Those of some datasets the principal may see, in any order. */
export function listDatasetRows(db: Db, principal: Principal, ids: readonly string[]) {
  if (ids.length === 0) return Promise.resolve([]);
  return selectDatasets(db, principal)
    .where("d.id", "in", [...ids])
    .execute();
}

/** A dataset outside the trash that may be asked for by whoever has its id. */
export function findAskableRow(db: Db, id: string) {
  return db
    .selectFrom("datasets as d")
    .leftJoin("users as owner", "owner.id", "d.owner_id")
    .select(["d.id", "d.name", "d.owner_id", "d.visibility", "owner.name as owner_name"])
    .where("d.id", "=", id)
    .where("d.visibility", "=", "askable")
    .where("d.trashed_at", "is", null)
    .executeTakeFirst();
}

/** Makes changes of one dataset's description and sharing wait for each other until the transaction ends. */
export async function holdDataset(db: Writer, id: string): Promise<void> {
  await db.selectFrom("datasets").select("id").where("id", "=", id).forNoKeyUpdate().execute();
}

/** Datasets with data that the principal may see, by name. */
export function listDatasetRowsByName(db: Db, principal: Principal, options: { readonly q?: string | undefined; readonly limit: number }) {
  const pattern = `%${(options.q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return selectDatasets(db, principal)
    .where("d.trashed_at", "is", null)
    .where("d.data_version", ">", 0)
    .$if(options.q !== undefined && options.q !== "", (q) => q.where("d.name", "ilike", pattern))
    .orderBy(sql`lower(d.name)`)
    .limit(options.limit)
    .execute();
}

/** Whether a dataset outside the trash has this name, whoever may see it. */
export async function isNameTaken(db: Db, name: string): Promise<boolean> {
  const row = await db
    .selectFrom("datasets")
    .select("id")
    .where((eb) => eb(eb.fn<string>("lower", ["name"]), "=", name.toLowerCase()))
    .where("trashed_at", "is", null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Moves a dataset into the trash or out of it; returns whether it was on the other side. */
export async function setTrashed(db: Writer, id: string, trashedAt: Date | null, now: Date): Promise<boolean> {
  const result = await db
    .updateTable("datasets")
    .set({ trashed_at: trashedAt, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .where("trashed_at", trashedAt === null ? "is not" : "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
