import type { Reader, Writer } from "@granary/db";
import { problem } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import type { StoredColumn } from "../store.ts";

/** A version of a dataset: the table's snapshot and the columns of its time. */
export interface ResolvedVersion {
  readonly number: number;
  readonly snapshotId: string;
  readonly schemaVersion: number;
  readonly columns: readonly StoredColumn[];
}

const NUMBER = /^\d{1,9}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;

function selectVersions(db: Reader | Writer, datasetId: string) {
  return db
    .selectFrom("dataset_versions as v")
    .innerJoin("schema_versions as s", (join) => join.onRef("s.dataset_id", "=", "v.dataset_id").onRef("s.number", "=", "v.schema_version"))
    .select(["v.number", "v.snapshot_id as snapshotId", "v.schema_version as schemaVersion", sql<StoredColumn[]>`s.columns`.as("columns")])
    .where("v.dataset_id", "=", datasetId);
}

async function snapshotOfTag(ctx: Ctx | TxCtx, dataset: DatasetRow, name: string): Promise<string | undefined> {
  const refs = await ctx.services.lake.refs(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name });
  return refs.find((ref) => ref.type === "tag" && ref.name === name)?.snapshotId;
}

async function findVersion(ctx: Ctx | TxCtx, dataset: DatasetRow, asked: string): Promise<ResolvedVersion | undefined> {
  const versions = selectVersions(ctx.db, dataset.id);
  if (NUMBER.test(asked)) return versions.where("v.number", "=", Number(asked)).executeTakeFirst();
  const at = INSTANT.test(asked) ? new Date(asked) : undefined;
  if (at !== undefined && !Number.isNaN(at.getTime())) return versions.where("v.created_at", "<=", at).orderBy("v.number", "desc").limit(1).executeTakeFirst();
  const snapshotId = await snapshotOfTag(ctx, dataset, asked);
  if (snapshotId === undefined) return undefined;
  return versions.where("v.snapshot_id", "=", snapshotId).orderBy("v.number", "desc").limit(1).executeTakeFirst();
}

/**
 * The version a person asks for: by number, by the name it was given, or as an instant (RFC 3339), which means the newest one
 * there was by then; the newest of all when nothing is asked. Throws `dataset.not_ready` and `dataset.version_not_found`.
 */
export async function resolveVersion(ctx: Ctx | TxCtx, dataset: DatasetRow, asked: string | undefined): Promise<ResolvedVersion> {
  if (dataset.data_version === 0) throw problem("dataset.not_ready");
  const version = asked ?? String(dataset.data_version);
  const found = await findVersion(ctx, dataset, version);
  if (found === undefined) throw problem("dataset.version_not_found", { version });
  return found;
}
