import type { Id } from "@granary/kernel";
import { type Download, ERRORS } from "@granary/protocol";
import type { QueriedDataset } from "../batch-store.ts";
import type { DownloadRow } from "./store.ts";

const isOver = (row: DownloadRow, now: Date): boolean => row.expires_at !== null && row.expires_at <= now;

/** Derived from the job rather than stored, so that a download whose job was killed for good does not wait for ever. */
export function statusOf(row: DownloadRow, now: Date): Download["status"] {
  if (row.job_id === null) return "streamed";
  if (row.kept) return isOver(row, now) ? "expired" : "ready";
  if (row.error_code !== null) return "failed";
  if (row.ended_at !== null) return "expired";
  if (row.job_state === "queued" || row.job_state === "running") return "waiting";
  return row.job_state === "cancelled" ? "cancelled" : "failed";
}

function errorOf(row: DownloadRow): Download["error"] {
  if (row.error_code !== null) return { code: row.error_code, message: row.error_message ?? "" };
  return row.job_error ?? { code: "internal", message: ERRORS.internal.message };
}

const readDataset = ({ id, ...read }: QueriedDataset): NonNullable<Download["query"]>["datasets"][number] => ({ id: id as Id<"dataset">, ...read });

/** The query of a result. Owners of one dataset it read are told neither its text nor what else it read. */
function presentQuery({ query_id, query_label, queried }: DownloadRow, toOwnersOf: string | undefined): Download["query"] {
  if (query_id === null) return null;
  const isOwn = toOwnersOf === undefined;
  const datasets = (queried ?? []).filter(({ id }) => isOwn || id === toOwnersOf).map(readDataset);
  return { id: isOwn ? (query_id as Id<"query">) : null, label: isOwn ? query_label : null, datasets };
}

/** A download as whoever asked for it sees it, or as owners of a dataset do. */
export function presentDownload(row: DownloadRow, now: Date, toOwnersOf?: string): Download {
  const status = statusOf(row, now);
  return {
    id: row.id as Id<"download">,
    dataset: row.dataset_id === null ? null : { id: row.dataset_id as Id<"dataset">, name: row.dataset_name ?? "" },
    query: presentQuery(row, toOwnersOf),
    by: row.requested_by === null ? null : { id: row.requested_by as Id<"user">, name: row.person_name ?? "" },
    status,
    format: row.format,
    dataVersion: row.data_version,
    columns: row.query_id !== null && toOwnersOf !== undefined ? [] : row.columns,
    filter: row.row_filter,
    sort: row.sort,
    q: row.search,
    batchId: row.batch_id as Id<"batch"> | null,
    fileName: row.file_name,
    rows: row.row_count,
    bytes: row.bytes,
    jobId: row.job_id as Id<"job"> | null,
    error: status === "failed" ? errorOf(row) : null,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
  };
}
