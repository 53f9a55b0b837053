import type { SchemaDifference } from "@granary/protocol";
import { spelledType } from "./stored-types.ts";
import type { SchemaState } from "./schema-state.ts";
import { keyNames, type TargetColumn, type TargetSchema } from "./target-schema.ts";

type Said = SchemaDifference["before"];

const list = (values: readonly string[] | undefined): Said => (values === undefined ? null : [...values]);
const isSame = (left: Said, right: Said): boolean => JSON.stringify(left) === JSON.stringify(right);

function columnDifferences(before: TargetColumn, after: TargetColumn): readonly SchemaDifference[] {
  const aspects: readonly (readonly [SchemaDifference["kind"], Said, Said])[] = [
    ["renamed", before.name, after.name],
    ["widened", spelledType(before.storedType), spelledType(after.storedType)],
    ["described", before.description ?? "", after.description ?? ""],
    ["semanticType", before.semanticType ?? null, after.semanticType ?? null],
    ["required", before.required ?? false, after.required ?? false],
    ["unique", before.unique ?? false, after.unique ?? false],
    ["allowedValues", list(before.allowedValues), list(after.allowedValues)],
  ];
  return aspects.flatMap(([kind, was, is]) => (isSame(was, is) ? [] : [{ kind, column: after.name, before: was, after: is }]));
}

/** Differences of an added column are what it came with. */
const newColumn = (name: string, storedType: string): TargetColumn => ({ name, storedType });

function reordering(before: SchemaState, after: TargetSchema): readonly SchemaDifference[] {
  const was = before.columns.flatMap((column) => after.columns.find((item) => item.fieldId === column.fieldId)?.name ?? []);
  const known = new Set(was);
  const is = after.columns.flatMap(({ name, fieldId }) => (fieldId !== undefined && known.has(name) ? [name] : []));
  return isSame(was, is) ? [] : [{ kind: "reordered", column: null, before: was, after: is }];
}

/** Key columns by what they are, whatever they are called. */
const identities = ({ columns, keys }: TargetSchema): readonly (number | string)[] =>
  keys.map((key) => columns.find(({ name }) => name === key)?.fieldId ?? key);

/** How columns differ from those before, found by field id: one entry for each thing that changed. */
export function compareSchemas(before: SchemaState, after: TargetSchema): SchemaDifference[] {
  const differences: SchemaDifference[] = [];
  for (const column of after.columns) {
    const old = before.columns.find((item) => item.fieldId === column.fieldId);
    if (old === undefined) {
      differences.push({ kind: "added", column: column.name, before: null, after: column.storedType });
      differences.push(...columnDifferences(newColumn(column.name, column.storedType), column));
    } else differences.push(...columnDifferences(old, column));
  }
  for (const { fieldId, name, storedType } of before.columns)
    if (!after.columns.some((column) => column.fieldId === fieldId)) differences.push({ kind: "dropped", column: name, before: storedType, after: null });
  differences.push(...reordering(before, after));
  if (JSON.stringify(before.keys) !== JSON.stringify(identities(after)))
    differences.push({ kind: "keys", column: null, before: [...keyNames(before)], after: [...after.keys] });
  return differences;
}
