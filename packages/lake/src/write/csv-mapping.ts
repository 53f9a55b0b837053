import { column, type EngineSession, findMisfits, type LoadedCsv, proveTypes, type SelectItem, type SqlType, textToType } from "@granary/engine";
import { problem } from "@granary/protocol";
import { fieldsById, type IcebergField, type IcebergSchema, toIcebergType } from "../iceberg/index.ts";
import { BATCH_COLUMN, type LakeColumn, type OpenTable } from "../table/index.ts";
import type { StagedColumn } from "./staged-import.ts";

const MAX_NAMES = 10;

/** A column of the table and the loaded text column it comes from; undefined when the file has none for it. */
export interface Mapping {
  readonly field: IcebergField;
  readonly type: SqlType;
  readonly source: string | undefined;
  readonly isNormalized: boolean;
}

const mismatch = (reason: string): Error => problem("lake.columns_mismatch", { reason });

/** Columns of a new table: numbered in the file's order, with the narrowest type all values have. */
export async function mapNewTable(session: EngineSession, csv: LoadedCsv): Promise<readonly Mapping[]> {
  const { columns } = csv.inspection;
  if (columns.includes(BATCH_COLUMN)) throw mismatch(`a column cannot be called ${BATCH_COLUMN}`);
  const types = await proveTypes(session, csv.relation, csv.columnKeys);
  return columns.map((name, index) => {
    const { type, isNormalized } = types[index] ?? { type: { kind: "text" }, isNormalized: false };
    return { field: { id: index + 1, name, required: false, type: toIcebergType(type) }, type, source: csv.columnKeys[index], isNormalized };
  });
}

/** The schema of a new table; the last column keeps each row's batch when batches are named. */
export function schemaOfNew(mapping: readonly Mapping[], batch: string | undefined): IcebergSchema {
  const fields = mapping.map((item) => item.field);
  const batchField: IcebergField = { id: fields.length + 1, name: BATCH_COLUMN, required: false, type: "string" };
  return { type: "struct", "schema-id": 0, fields: batch === undefined ? fields : [...fields, batchField] };
}

function requireKnownColumns(columns: readonly LakeColumn[], names: readonly string[], mayAdd: boolean): void {
  const known = new Set(columns.map((item) => item.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0 && !mayAdd) throw mismatch(`it does not have ${unknown.slice(0, MAX_NAMES).join(", ")}`);
  const missing = columns.filter((item) => item.required && !names.includes(item.name)).map((item) => item.name);
  if (missing.length > 0) throw mismatch(`the file lacks ${missing.slice(0, MAX_NAMES).join(", ")}`);
}

async function requireFitting(session: EngineSession, csv: LoadedCsv, mapped: readonly Mapping[]): Promise<void> {
  const typed = mapped.flatMap((item) => (item.source === undefined ? [] : [[item.source, item.type] as const]));
  const misfits = await findMisfits(session, csv.relation, new Map(typed));
  if (misfits.length === 0) return;
  const issues = misfits.map((misfit) => {
    const item = mapped.find((candidate) => candidate.source === misfit.name);
    const type = typeof item?.field.type === "string" ? item.field.type : item?.field.type.type;
    return { path: item?.field.name ?? "", message: `${misfit.count} values are no ${type}, for example ${JSON.stringify(misfit.example.slice(0, 100))}` };
  });
  throw problem("lake.values_mismatch", {}, { issues });
}

/** The file's columns the table does not have, numbered as the table will number them. */
async function mapAdded(session: EngineSession, csv: LoadedCsv, target: OpenTable): Promise<readonly Mapping[]> {
  const known = new Set(target.columns.map((item) => item.name));
  const added = csv.inspection.columns.flatMap((name, index) => (known.has(name) ? [] : [{ name, source: csv.columnKeys[index] ?? "" }]));
  const types = await proveTypes(
    session,
    csv.relation,
    added.map((item) => item.source),
  );
  const lastId = Math.max(0, ...target.schemas.flatMap((schema) => [...fieldsById(schema).keys()]));
  return added.map(({ name, source }, index) => {
    const { type, isNormalized } = types[index] ?? { type: { kind: "text" }, isNormalized: false };
    return { field: { id: lastId + 1 + index, name, required: false, type: toIcebergType(type) }, type, source, isNormalized };
  });
}

/** How a file fits a table that is there. */
export interface TargetMapping {
  readonly mapping: readonly Mapping[];
  /** Columns the table has to get before the rows fit. */
  readonly added: readonly Mapping[];
}

/** Columns of a table that is there, matched by name; every value must be one of its column's type. */
export async function mapToTarget(session: EngineSession, csv: LoadedCsv, target: OpenTable, mayAdd: boolean): Promise<TargetMapping> {
  const { columns } = csv.inspection;
  const own = target.columns.filter((item) => !item.isSystem);
  requireKnownColumns(own, columns, mayAdd);
  const fields = new Map(target.schema.fields.map((field) => [field.id, field]));
  const mapped = own.flatMap((item): readonly Mapping[] => {
    const index = columns.indexOf(item.name);
    const field = fields.get(item.fieldId);
    const source = index < 0 ? undefined : csv.columnKeys[index];
    return field === undefined ? [] : [{ field, type: item.sqlType, source, isNormalized: false }];
  });
  await requireFitting(session, csv, mapped);
  const added = mayAdd ? await mapAdded(session, csv, target) : [];
  return { mapping: [...mapped, ...added], added };
}

/** The loaded texts as values of the table. */
export const mappedItems = (mapping: readonly Mapping[]): readonly SelectItem[] =>
  mapping.flatMap(({ field, type, source }) => (source === undefined ? [] : [{ expression: textToType(column(source), type), as: field.name }]));

export const toStagedColumn = ({ field, isNormalized }: Mapping): StagedColumn => ({
  fieldId: field.id,
  name: field.name,
  type: typeof field.type === "string" ? field.type : field.type.type,
  isNormalized,
});
