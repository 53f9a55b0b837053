import type { DatasetRow } from "../datasets/index.ts";
import type { RevisionRow } from "./store.ts";

type Changing = Pick<RevisionRow, "keptCounts" | "changeSet" | "document">;

/** Field ids of the columns a revision changes: rows that come and go change all of them. */
export function changedFields({ keptCounts, changeSet }: Changing): readonly number[] {
  if (keptCounts === null) return [];
  if (keptCounts.added + keptCounts.removed > 0) return changeSet?.columns.map(({ fieldId }) => fieldId) ?? [];
  return Object.entries(keptCounts.columns).flatMap(([fieldId, { changed, damaged }]) => (changed + damaged > 0 ? [Number(fieldId)] : []));
}

/**
 * What of a revision's changes is kept from somebody, in words; undefined when they see all of it as it is. Counts of it would
 * tell of what is hidden, and nobody answers for what they do not see.
 */
export function hiddenParts({ decision }: Pick<DatasetRow, "decision">, revision: Changing | undefined): string | undefined {
  const { hides } = decision;
  if (hides.rows) return "some of its rows";
  if (revision === undefined) return undefined;
  const fields = [...changedFields(revision), ...(revision.changeSet?.keys ?? [])];
  const isHidden = revision.document === null ? fields.some((fieldId) => decision.column(fieldId).visibility !== "visible") : hides.columns || hides.values;
  return isHidden ? "some of its columns" : undefined;
}
