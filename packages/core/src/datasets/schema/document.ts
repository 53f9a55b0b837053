import { problem, type SchemaDocument } from "@granary/protocol";
import type { SchemaRow, SchemaState } from "./schema-state.ts";
import { spelledType } from "./stored-types.ts";
import { keyNames, rulesOf, type TargetColumn, type TargetSchema } from "./target-schema.ts";

/** The columns of a dataset as a document that people edit and send back. */
export function toDocument(dataset: string, schema: SchemaRow): SchemaDocument {
  return {
    granarySchema: 1,
    dataset,
    version: schema.number,
    keys: [...keyNames(schema)],
    columns: schema.columns.map((column) => ({
      id: column.fieldId,
      name: column.name,
      type: column.storedType,
      description: column.description ?? "",
      semanticType: (column.semanticType ?? null) as SchemaDocument["columns"][number]["semanticType"],
      required: column.required ?? false,
      unique: column.unique ?? false,
      allowedValues: column.allowedValues === undefined ? null : [...column.allowedValues],
    })),
  };
}

/** What a document asks for: its columns are found by id, those without one by name. Throws `request.invalid`. */
export function fromDocument(state: SchemaState, document: SchemaDocument): TargetSchema {
  const named = new Set(document.columns.flatMap((column) => column.id ?? []));
  const issues = document.columns.flatMap(({ id }, index) => {
    if (id === undefined) return [];
    if (!state.columns.some((column) => column.fieldId === id)) return [{ path: `body.columns.${index}.id`, message: `there is no column with the id ${id}` }];
    const isAgain = document.columns.findIndex((column) => column.id === id) !== index;
    return isAgain ? [{ path: `body.columns.${index}.id`, message: `the id ${id} is used twice` }] : [];
  });
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  const columns = document.columns.map(({ id, name, type, semanticType, allowedValues, ...others }): TargetColumn => {
    const fieldId = id ?? state.columns.find((column) => column.name === name && !named.has(column.fieldId))?.fieldId;
    const rules = rulesOf({ ...others, semanticType: semanticType ?? undefined, allowedValues: allowedValues ?? undefined });
    return { name: name.trim(), storedType: spelledType(type), ...rules, ...(fieldId === undefined ? {} : { fieldId }) };
  });
  return { columns, keys: document.keys };
}
