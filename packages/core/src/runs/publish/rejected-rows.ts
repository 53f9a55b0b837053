import type { StagedImport } from "@granary/lake";
import type { RejectedRow } from "../steps/step-result.ts";

/** Rows that did not keep to a dataset's rules, by the names of their columns. */
export function rejectsOf({ rejected, recordForm }: Pick<StagedImport, "rejected" | "recordForm">): readonly RejectedRow[] {
  const names = recordForm.columns.map(({ source }) => source);
  return rejected.map(({ reason, raw, fields }) => {
    const row = fields === undefined ? { record: raw } : Object.fromEntries(names.map((name, index) => [name, fields[index] ?? null]));
    return { column: names.find((name) => reason.includes(name)) ?? null, reason, row };
  });
}
