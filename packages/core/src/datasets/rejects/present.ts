import type { Id } from "@granary/kernel";
import type { Reject } from "@granary/protocol";
import type { RejectRow } from "./store.ts";

export function presentReject(row: RejectRow): Reject {
  return {
    number: row.number,
    line: row.line,
    reason: row.reason,
    raw: row.raw,
    fields: row.fields === null ? null : [...row.fields],
    status: row.status,
    repaired: row.repaired_at === null ? null : { fields: row.repaired_fields === null ? null : [...row.repaired_fields], raw: row.repaired_raw },
    resubmittedIn: row.status === "resubmitted" ? (row.resubmitted_in as Id<"batch"> | null) : null,
    version: row.version,
  };
}
