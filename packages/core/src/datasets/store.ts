import type { Reader, Writer } from "@granary/db";
import { type Expression, type SqlBool, sql } from "kysely";
import { type Deciding, grantedLevel, readerFacts } from "../access/index.ts";
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

/** What columns are about, by field id. */
type ColumnTags = Readonly<Record<string, readonly string[]>>;

const datasetStatus = sql<"ready" | "importing" | "failed">`case
  when d.data_version > 0 then 'ready'
  when exists (select from batches b join jobs j on j.id = b.job_id where b.dataset_id = d.id and j.state in ('queued', 'running')) then 'importing'
  else 'failed' end`;

function selectDatasets(db: Db, principal: Principal, workspaceId: string) {
  return db
    .selectFrom("datasets as d")
    .leftJoin("users as owner", "owner.id", "d.owner_id")
    .leftJoin("schema_versions as s", (join) => join.onRef("s.dataset_id", "=", "d.id").onRef("s.number", "=", "d.schema_version"))
    .selectAll("d")
    .select([
      datasetStatus.as("status"),
      "owner.name as owner_name",
      sql<StoredColumn[] | null>`s.columns`.as("all_columns"),
      sql<Record<string, string>>`d.properties`.as("own_properties"),
      "s.key_fields",
      sql<ColumnTags | null>`(select jsonb_object_agg(c.field_id, c.tags) from (
        select t.field_id, jsonb_agg(t.tag order by t.tag) as tags from column_tags t where t.dataset_id = d.id group by 1) c)`.as("column_tags"),
      grantedLevel(principal).as("granted"),
      readerFacts(principal, workspaceId).as("facts"),
    ]);
}

export type StoredDataset = Awaited<ReturnType<ReturnType<typeof selectDatasets>["execute"]>>[number];

interface FindOptions {
  /** Look in the trash instead of outside it. */
  readonly trashed?: boolean;
}

/** The dataset with this id or name as a principal stands to it, whether or not they may see it. Names in the trash may be several's. */
export function findStoredDataset(ctx: Deciding, principal: Principal, idOrName: string, options: FindOptions & { readonly where?: Expression<SqlBool> } = {}) {
  const { trashed = false, where } = options;
  return selectDatasets(ctx.db, principal, ctx.workspaceId)
    .where((eb) => eb.or([eb("d.id", "=", idOrName), eb(eb.fn<string>("lower", ["d.name"]), "=", idOrName.toLowerCase())]))
    .where("d.trashed_at", trashed ? "is not" : "is", null)
    .$if(where !== undefined, (query) => query.where(where as Expression<SqlBool>))
    .orderBy(sql`d.id = ${idOrName}`, "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Some datasets as a principal stands to them, in any order. */
export function listStoredDatasets(ctx: Deciding, principal: Principal, ids: readonly string[]): Promise<StoredDataset[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return selectDatasets(ctx.db, principal, ctx.workspaceId)
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

/** Datasets with data of which a condition is true, by name. */
export function listStoredByName(
  ctx: Deciding,
  options: { readonly where: Expression<SqlBool>; readonly q?: string | undefined; readonly limit: number },
): Promise<StoredDataset[]> {
  const pattern = `%${(options.q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return selectDatasets(ctx.db, ctx.principal, ctx.workspaceId)
    .where("d.trashed_at", "is", null)
    .where("d.data_version", ">", 0)
    .where(options.where)
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
