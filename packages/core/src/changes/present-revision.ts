import type { Id } from "@granary/kernel";
import { type ChangeRevision, ERRORS } from "@granary/protocol";
import type { DatasetRow } from "../datasets/index.ts";
import { hiddenParts } from "./sight.ts";
import type { KeptFault, RevisionRow } from "./store.ts";

interface Person {
  readonly id: Id<"user">;
  readonly name: string;
}

export const presentPerson = (id: string | null, name: string | null | undefined): Person | null =>
  id === null || name === null || name === undefined ? null : { id: id as Id<"user">, name };

/** How much somebody is told of a fault: messages may name columns, and issues quote values. */
type FaultSight = "all" | "message" | "code";

export const presentFault = ({ code, message, issues }: KeptFault, sight: FaultSight) => ({
  code,
  message: sight === "code" ? "Those who see all of the dataset are told why." : message,
  issues: sight === "all" ? [...issues] : [],
});

function failureOf(row: RevisionRow, sight: FaultSight): ChangeRevision["error"] {
  if (row.state !== "failed") return null;
  if (row.job_state === "cancelled") return { code: "engine.cancelled", message: ERRORS["engine.cancelled"].message, issues: [] };
  if (row.fault !== null) return presentFault(row.fault, sight);
  return { ...(row.job_error ?? { code: "internal", message: ERRORS.internal.message }), issues: [] };
}

/** What is counted over all rows, for those who see all that changes. */
export function presentCounts(dataset: DatasetRow, revision: RevisionRow | undefined): ChangeRevision["counts"] {
  if (revision?.keptCounts === null || revision === undefined || hiddenParts(dataset, revision) !== undefined) return null;
  const { added, removed, modified, formatOnly, unchanged, cells, damagedCells } = revision.keptCounts;
  return { added, removed, modified, formatOnly, unchanged, cells, damagedCells };
}

function presentWarnings(dataset: DatasetRow, revision: RevisionRow): ChangeRevision["warnings"] {
  if (hiddenParts(dataset, revision) !== undefined) return [];
  const names = new Map((dataset.columns ?? []).map(({ fieldId, name }) => [fieldId, name]));
  return revision.keptWarnings.map(({ code, message, fieldId }) => ({ code, message, column: fieldId === null ? null : (names.get(fieldId) ?? null) }));
}

/** A revision as somebody sees it who sees its dataset. What is wrong with a file may quote it, so it is told to whoever sent it. */
export function presentRevision(row: RevisionRow, dataset: DatasetRow, reader: { readonly userId: string | null; readonly current: number }): ChangeRevision {
  const isOwn = row.author_id !== null && row.author_id === reader.userId;
  const { hides } = dataset.decision;
  return {
    number: row.number,
    origin: row.origin,
    by: presentPerson(row.author_id, row.author_name),
    at: row.created_at.toISOString(),
    note: row.note,
    state: row.state,
    jobId: row.job_id as Id<"job"> | null,
    progress: row.state === "computing" ? row.job_progress : null,
    error: failureOf(row, isOwn ? "all" : hides.columns || hides.values || hides.rows ? "code" : "message"),
    base: { version: row.base_version, at: row.base_at?.toISOString() ?? null },
    fileName: row.file_name,
    counts: presentCounts(dataset, row),
    warnings: presentWarnings(dataset, row),
    digest: row.digest,
    isCurrent: row.number === reader.current,
  };
}
