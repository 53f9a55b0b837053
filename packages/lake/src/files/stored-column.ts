import { column, type Expression } from "@granary/engine";
import { problem } from "@granary/protocol";

const PREFIX = "field_";

/** The name a stored column has inside masks, filters and scans: by field id, so that no rename can make it mean another column. */
export const storedName = (fieldId: number): string => `${PREFIX}${fieldId}`;

/** A column's stored value inside a mask or filter. */
export const storedColumn = (fieldId: number): Expression => column(storedName(fieldId));

/** The field id behind such a name; undefined for any other name. */
export function findStoredFieldId(name: string): number | undefined {
  const id = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
  return Number.isSafeInteger(id) && storedName(id) === name ? id : undefined;
}

/** The field id behind such a name. Throws `lake.plan_invalid`. */
export function storedFieldId(name: string): number {
  const id = findStoredFieldId(name);
  if (id === undefined) throw problem("lake.plan_invalid", { reason: `an expression names ${name} instead of a field id` });
  return id;
}
