import type { Id } from "@granary/kernel";
import { ACCESS_ACTIONS, type AccessAction, type AccessLogEntry, type DatasetReader } from "@granary/protocol";
import type { EntryRow, ReaderRow } from "./store.ts";

export function presentEntry(row: EntryRow): AccessLogEntry {
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

export function presentReader(row: ReaderRow): DatasetReader {
  const { times, unmasked, rows, actions } = row;
  return { personId: row.person_id, name: row.name, times, unmasked, rows, firstAt: row.first_at.toISOString(), lastAt: row.last_at.toISOString(), actions };
}
