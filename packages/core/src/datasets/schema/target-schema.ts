import type { Issue } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { typedValue } from "../reading/typed-value.ts";
import type { StoredColumn } from "../store.ts";
import type { SchemaState } from "./schema-state.ts";
import { isComparable, sqlTypeOf, STORED_TYPES } from "./stored-types.ts";

/** A column as it is to be; without a field id it is a new one. */
export interface TargetColumn extends Omit<StoredColumn, "fieldId" | "type"> {
  readonly fieldId?: number;
}

/** Columns as they are to be. */
export interface TargetSchema {
  readonly columns: readonly TargetColumn[];
  /** Names, in order. */
  readonly keys: readonly string[];
}

/** The names of a state's key columns. */
export const keyNames = ({ columns, keys }: SchemaState): readonly string[] =>
  keys.flatMap((id) => columns.find((column) => column.fieldId === id)?.name ?? []);

export const toTarget = (state: SchemaState): TargetSchema => ({ columns: state.columns, keys: keyNames(state) });

/** What is said of a column beyond its name and type. */
export type ColumnRules = Pick<TargetColumn, "description" | "semanticType" | "required" | "unique" | "allowedValues">;

/** The same rules, without those that say nothing. */
export function rulesOf(said: { readonly [K in keyof ColumnRules]: ColumnRules[K] | undefined }): ColumnRules {
  const { description = "", semanticType, required = false, unique = false, allowedValues } = said;
  return {
    ...(description === "" ? {} : { description }),
    ...(semanticType === undefined ? {} : { semanticType }),
    ...(required ? { required } : {}),
    ...(unique ? { unique } : {}),
    ...(allowedValues === undefined ? {} : { allowedValues: [...new Set(allowedValues)] }),
  };
}

function columnIssues({ name, storedType, fieldId, unique, allowedValues }: TargetColumn): readonly string[] {
  const type = sqlTypeOf(storedType);
  if (fieldId === undefined && type === undefined) return [`${name} cannot have the type ${storedType}; use one of ${STORED_TYPES.join(", ")}`];
  if (unique === true && !isComparable(storedType)) return [`${name} holds ${storedType}, whose values cannot be told apart surely, so it cannot be unique`];
  if (allowedValues === undefined) return [];
  if (type === undefined) return [`${name} is nested, so its values cannot be listed`];
  return allowedValues.filter((text) => typedValue(type, text) === undefined).map((text) => `${name}: “${text.slice(0, 100)}” is no ${storedType}`);
}

function keyIssues({ columns, keys }: TargetSchema): readonly string[] {
  return keys.flatMap((key) => {
    const column = columns.find(({ name }) => name === key);
    if (column === undefined) return [`there is no column ${key} to be a key`];
    return isComparable(column.storedType) ? [] : [`${key} holds ${column.storedType}, whose values cannot be told apart surely, so it cannot be a key`];
  });
}

function repeatedNames(columns: readonly TargetColumn[]): readonly string[] {
  const names = columns.map(({ name }) => name.toLowerCase());
  return columns.filter(({ name }, index) => names.indexOf(name.toLowerCase()) !== index).map(({ name }) => `there are two columns called ${name}`);
}

/**
 * Checks what can be told without looking at any row, and makes key columns required, as they always are. Throws
 * `request.invalid`.
 */
export function checkedTarget({ columns, keys }: TargetSchema, path: string): TargetSchema {
  const isKey = new Set(keys);
  const target = { columns: columns.map((column) => (isKey.has(column.name) ? { ...column, required: true } : column)), keys };
  const messages = [...repeatedNames(target.columns), ...target.columns.flatMap(columnIssues), ...keyIssues(target)];
  if (columns.length === 0) messages.push("a dataset needs at least one column");
  if (isKey.size < keys.length) messages.push("a key column is named twice");
  if (messages.length > 0) throw problem("request.invalid", {}, { issues: messages.map((message): Issue => ({ path, message })) });
  return target;
}
