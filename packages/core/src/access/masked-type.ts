import type { SqlTypeKind } from "@granary/engine";
import type { Mask, MaskKind } from "@granary/protocol";

const NUMBERS: readonly SqlTypeKind[] = ["integer", "bigint", "decimal", "float", "double"];
const DATES: readonly SqlTypeKind[] = ["date", "timestamp", "timestamptz"];

const KEEPING: Readonly<Partial<Record<MaskKind, readonly SqlTypeKind[]>>> = { numeric_round: NUMBERS, date_truncate: DATES };

/** Whether values of a type are still of it when they are masked; otherwise they are texts, or nested texts. */
export function keepsType(mask: Mask, kind: SqlTypeKind): boolean {
  return mask.kind === "null" || KEEPING[mask.kind]?.includes(kind) === true;
}
