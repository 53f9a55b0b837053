import type { EvolvedSchema, SchemaChange } from "@granary/lake";
import { columnTypeOf } from "../column-types.ts";
import { spelledType } from "./stored-types.ts";
import type { SchemaState } from "./schema-state.ts";
import { keyNames, rulesOf, type TargetColumn, type TargetSchema } from "./target-schema.ts";

/** A column that stays. */
type Kept = TargetColumn & { readonly fieldId: number };

const keptOf = ({ columns }: TargetSchema): readonly Kept[] =>
  columns.flatMap((column) => (column.fieldId === undefined ? [] : [{ ...column, fieldId: column.fieldId }]));

function keptChanges(before: SchemaState, column: Kept): readonly SchemaChange[] {
  const old = before.columns.find((item) => item.fieldId === column.fieldId);
  if (old === undefined) return [];
  const { fieldId, name } = column;
  const type = spelledType(column.storedType);
  return [
    ...(old.required === true && column.required !== true ? [{ kind: "require", fieldId, required: false } as const] : []),
    ...(old.name === name ? [] : [{ kind: "rename", fieldId, name } as const]),
    ...(spelledType(old.storedType) === type ? [] : [{ kind: "widen", fieldId, type } as const]),
    ...(old.description === column.description ? [] : [{ kind: "doc", fieldId, doc: column.description ?? null } as const]),
  ];
}

/** What makes the table's columns those of the target, but for their order, what is required, and keys, which need the ids of new columns. */
export function columnChanges(before: SchemaState, target: TargetSchema): readonly SchemaChange[] {
  const kept = keptOf(target);
  const dropped = before.columns.filter(({ fieldId }) => !kept.some((column) => column.fieldId === fieldId));
  const added = target.columns.filter(({ fieldId }) => fieldId === undefined);
  return [
    ...(before.keys.length === 0 ? [] : [{ kind: "keys", fieldIds: [] } as const]),
    ...dropped.map(({ fieldId }) => ({ kind: "drop", fieldId }) as const),
    ...kept.flatMap((column) => keptChanges(before, column)),
    ...added.map(({ name, storedType, description }) => ({
      kind: "add" as const,
      name,
      type: storedType,
      ...(description === undefined ? {} : { doc: description }),
    })),
  ];
}

/** The target once its new columns have ids. */
export function numbered(target: TargetSchema, { schema }: Pick<EvolvedSchema, "schema">): SchemaState {
  const columns = target.columns.map((column) => {
    const fieldId = column.fieldId ?? schema.fields.find(({ name }) => name === column.name)?.id;
    if (fieldId === undefined) throw new Error(`the column ${column.name} was not made`);
    const storedType = spelledType(column.storedType);
    return { fieldId, name: column.name, type: columnTypeOf(storedType), storedType, ...rulesOf(column) };
  });
  const keys = target.keys.flatMap((key) => columns.find(({ name }) => name === key)?.fieldId ?? []);
  return { columns, keys };
}

/** What is left to be done once every column has its id. That no value is missing was checked for the version that is changed. */
export function finalChanges(before: SchemaState, after: SchemaState): readonly SchemaChange[] {
  const wanted = after.columns.map(({ fieldId }) => fieldId);
  const isWanted = new Set(wanted);
  const old = before.columns.map(({ fieldId }) => fieldId).filter((fieldId) => isWanted.has(fieldId));
  const present = [...old, ...wanted.filter((fieldId) => !old.includes(fieldId))];
  const isInOrder = present.every((fieldId, index) => fieldId === wanted[index]);
  const required = after.columns.filter(({ fieldId, required: isRequired }) => {
    const was = before.columns.find((column) => column.fieldId === fieldId)?.required ?? false;
    return isRequired === true && !was;
  });
  return [
    ...(isInOrder ? [] : wanted.map((fieldId, index) => ({ kind: "move", fieldId, after: wanted[index - 1] ?? null }) as const)),
    ...required.map(({ fieldId }) => ({ kind: "require", fieldId, required: true, isChecked: true }) as const),
    ...(after.keys.length === 0 ? [] : [{ kind: "keys", fieldIds: after.keys } as const]),
  ];
}

/** Whether two states are the same in everything. */
export function isSameState(left: SchemaState, right: SchemaState): boolean {
  const form = (state: SchemaState): string =>
    JSON.stringify([state.columns.map((column) => [column.fieldId, column.name, spelledType(column.storedType), rulesOf(column)]), keyNames(state)]);
  return form(left) === form(right);
}
