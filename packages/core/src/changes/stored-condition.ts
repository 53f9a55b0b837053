import { type Expression, replaceColumns } from "@granary/engine";
import { storedColumn } from "@granary/lake";
import type { RowFilter } from "@granary/protocol";
import { type Readable, toCondition } from "../datasets/index.ts";

/** A filter over what the reader sees of a row, as a condition over stored columns; the plan puts what they see in its place. */
export function storedCondition(readable: Readable, filter: RowFilter, path: string): Expression {
  const condition = toCondition(filter, readable.columns, path);
  const ids = new Map(readable.columns.map(({ name, stored }) => [name, stored.fieldId]));
  return replaceColumns(condition, (item) => {
    const fieldId = ids.get(item.name);
    return fieldId === undefined ? item : storedColumn(fieldId);
  });
}
