import type { Id } from "@granary/kernel";
import { type Batch, type Column, type Dataset, ERRORS } from "@granary/protocol";
import { atLeast, mayDo } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import type { BatchRow, QueriedDataset, SourceQuery } from "./batch-store.ts";
import type { DatasetRow } from "./seen-datasets.ts";
import type { StoredColumn } from "./store.ts";

export function presentColumn({ name, type, storedType, masked = false }: StoredColumn & { readonly masked?: boolean }): Column {
  return { name, type: type as Column["type"], storedType, masked };
}

const DAY_MS = 86_400_000;

/** A dataset as the caller sees it, with what they may do. */
export function presentDataset({ principal, services }: Pick<Ctx, "principal" | "services">, row: DatasetRow): Dataset {
  const { level } = row.decision;
  return {
    id: row.id as Id<"dataset">,
    name: row.name,
    description: row.description,
    tags: row.tags,
    properties: row.own_properties,
    frequency: row.frequency as Dataset["frequency"],
    format: row.format as Dataset["format"],
    visibility: row.visibility as Dataset["visibility"],
    owner: row.owner_name === null ? null : { id: row.owner_id as Id<"user">, name: row.owner_name },
    status: row.status,
    rows: row.row_count,
    columns: (row.columns ?? []).map((item) => presentColumn(item)),
    dataVersion: row.data_version,
    version: row.version,
    level: level === "none" ? "viewer" : level,
    trash:
      row.trashed_at === null
        ? null
        : { at: row.trashed_at.toISOString(), purgeAt: new Date(row.trashed_at.getTime() + services.config.trashDays * DAY_MS).toISOString() },
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    can: {
      update: atLeast(level, "contributor") && mayDo(principal, "dataset:update"),
      delete: atLeast(level, "owner"),
      download: atLeast(level, "viewer") && mayDo(principal, "dataset:download"),
      share: atLeast(level, "owner") && mayDo(principal, "dataset:share"),
    },
  };
}

function failureOf(row: BatchRow, withIssues: boolean): NonNullable<Batch["error"]> {
  if (row.error_code !== null) return { code: row.error_code, message: row.error_message ?? "", issues: withIssues ? [...(row.issues ?? [])] : [] };
  if (row.job_state === "cancelled") return { code: "engine.cancelled", message: ERRORS["engine.cancelled"].message, issues: [] };
  return { ...(row.job_error ?? { code: "internal", message: ERRORS.internal.message }), issues: [] };
}

/** How much of a load somebody sees. */
export interface BatchSight {
  /** Whether they may read why it failed in detail, which may quote its file, and the query it is made of. */
  readonly issues: boolean;
  /** Whether they may know how many rows it has. */
  readonly rows: boolean;
}

/** What whoever sent a file sees of its load. */
export const OWN_BATCH: BatchSight = { issues: true, rows: true };

/** A load of a dataset, as much of it as its reader sees of the dataset. */
export function batchSight({ decision }: DatasetRow): BatchSight {
  const { level, hides } = decision;
  return { issues: atLeast(level, "contributor") && !hides.columns && !hides.values && !hides.rows, rows: !hides.rows };
}

function presentQuery({ sql, at }: SourceQuery, queried: readonly QueriedDataset[] | null): NonNullable<Batch["query"]> {
  return { sql, at, datasets: (queried ?? []).map(({ id, ...read }) => ({ id: id as Id<"dataset">, ...read })) };
}

/** A load as those see it who may load files into its dataset, or as others do. */
export function presentBatch(row: BatchRow, sight: BatchSight): Batch {
  return {
    id: row.id as Id<"batch">,
    status: row.status,
    mode: row.mode as Batch["mode"],
    date: row.batch_date,
    frequency: row.frequency as Batch["frequency"],
    fileName: row.file_name,
    bytes: row.bytes,
    sha256: row.sha256,
    rows: sight.rows ? row.row_count : null,
    rejected: sight.rows ? row.rejected_count : null,
    version: row.data_version,
    schemaVersion: row.schema_version,
    matched: row.added_count === null || !sight.rows ? null : { added: row.added_count, updated: row.updated_count ?? 0, unchanged: row.unchanged_count ?? 0 },
    query: row.source_query === null || !sight.issues ? null : presentQuery(row.source_query, row.queried),
    repairs: row.repairs as Id<"batch"> | null,
    deletedIn: row.deleted_in,
    jobId: row.job_id as Id<"job"> | null,
    progress: row.status === "importing" ? row.job_progress : null,
    error: row.status === "failed" ? failureOf(row, sight.issues) : null,
    createdAt: row.created_at.toISOString(),
  };
}
