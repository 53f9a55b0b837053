import type { LakeColumn } from "../table/index.ts";
import type { SchemaDifference } from "./types.ts";

/** How the columns of two states differ, found by field id; the order is that of `to`, dropped columns come last. */
export function schemaDifferences(from: readonly LakeColumn[], to: readonly LakeColumn[]): readonly SchemaDifference[] {
  const before = new Map(from.map((item) => [item.fieldId, item]));
  const after = new Set(to.map((item) => item.fieldId));
  const differences: SchemaDifference[] = [];
  for (const { fieldId, name, type } of to) {
    const old = before.get(fieldId);
    if (old === undefined) {
      differences.push({ kind: "added", fieldId, name, type });
      continue;
    }
    if (old.name !== name) differences.push({ kind: "renamed", fieldId, from: old.name, to: name });
    if (old.type !== type) differences.push({ kind: "retyped", fieldId, from: old.type, to: type });
  }
  for (const { fieldId, name, type } of from) if (!after.has(fieldId)) differences.push({ kind: "dropped", fieldId, name, type });
  const common = (columns: readonly LakeColumn[]): readonly number[] =>
    columns.map((item) => item.fieldId).filter((fieldId) => before.has(fieldId) && after.has(fieldId));
  const [wasOrder, isOrder] = [common(from), common(to)];
  if (wasOrder.some((fieldId, index) => fieldId !== isOrder[index])) differences.push({ kind: "reordered", from: wasOrder, to: isOrder });
  return differences;
}
