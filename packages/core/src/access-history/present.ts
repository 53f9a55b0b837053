import type { Id } from "@granary/kernel";
import { ACCESS_ACTIONS, type AccessAction, type AccessLogEntry, type DatasetReader } from "@granary/protocol";
import type { Decision } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import { listSeenDatasets } from "../datasets/index.ts";
import type { AccessFilter, EntryRow, ReaderRow } from "./store.ts";

function presentEntry(row: EntryRow): AccessLogEntry {
  const action = row.action as AccessAction;
  return {
    id: row.id as Id<"accessEntry">,
    at: row.at.toISOString(),
    principal: { kind: row.principal_kind, id: row.principal_id, label: row.principal_label },
    personId: row.person_id,
    viewedAs: row.viewed_as,
    dataset: row.dataset_id === null ? null : { id: row.dataset_id as Id<"dataset">, name: row.dataset_name ?? "" },
    version: row.version,
    action,
    kind: ACCESS_ACTIONS[action].kind,
    stage: row.stage,
    columns: row.field_ids.map((fieldId, index) => ({ fieldId, name: row.column_names[index] ?? "", masked: row.masked_ids.includes(fieldId) })),
    filtered: row.filtered,
    rows: row.row_count,
    purpose: row.purpose,
    ip: row.ip,
    userAgent: row.user_agent,
    requestId: row.request_id,
    decision: row.decision,
    policyIds: row.policy_ids,
    reason: row.reason,
    position: row.position,
    hash: row.hash?.toString("hex") ?? null,
  };
}

/** Columns of an entry that are not hidden from its reader; of a dataset a policy denies them, none. What is gone hides nothing. */
function shownColumns(columns: AccessLogEntry["columns"], decision: Decision | undefined): AccessLogEntry["columns"] {
  if (decision === undefined) return columns;
  const isDenied = decision.level === "none" && decision.policies.some(({ effect }) => effect === "deny");
  return isDenied ? [] : columns.filter(({ fieldId }) => decision.column(fieldId).visibility !== "hidden");
}

/**
 * Entries as their reader may see them: without columns that are hidden from them. Asked for a column, entries about a hidden one
 * are left out, for they would tell that it exists.
 */
export async function presentEntries(ctx: Ctx, rows: readonly EntryRow[], { column }: Pick<AccessFilter, "column">): Promise<AccessLogEntry[]> {
  const ids = new Set(rows.flatMap(({ dataset_id: id, field_ids: fields }) => (id === null || fields.length === 0 ? [] : id)));
  const decisions = new Map((await listSeenDatasets(ctx, [...ids])).map(({ id, decision }) => [id, decision]));
  return rows.flatMap((row) => {
    const entry = presentEntry(row);
    const columns = shownColumns(entry.columns, decisions.get(row.dataset_id ?? ""));
    const isLeft =
      column === undefined || columns.some(({ fieldId, name }) => (column.fieldId === undefined ? name === column.name : fieldId === column.fieldId));
    return isLeft ? { ...entry, columns } : [];
  });
}

export function presentReader(row: ReaderRow): DatasetReader {
  const { times, unmasked, rows, actions } = row;
  return { personId: row.person_id, name: row.name, times, unmasked, rows, firstAt: row.first_at.toISOString(), lastAt: row.last_at.toISOString(), actions };
}
