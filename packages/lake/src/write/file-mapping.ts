import {
  cast,
  column,
  type EngineSession,
  type Expression,
  findMisfits,
  type PreparedColumn,
  type PreparedFile,
  type SelectItem,
  type SqlType,
  textToType,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { fieldsById, type IcebergField, type IcebergSchema, toIcebergType } from "../iceberg/index.ts";
import { assignFieldIds, type NewField } from "../schema/index.ts";
import { BATCH_COLUMN, type LakeColumn, type OpenTable } from "../table/index.ts";
import type { StagedColumn } from "./staged-import.ts";

const MAX_NAMES = 10;

/** A column of the table and its values, over the rows of a prepared file; undefined when the file has none for it. */
export interface Mapping {
  readonly field: IcebergField;
  readonly value: Expression | undefined;
  readonly isNormalized: boolean;
}

const mismatch = (reason: string): Error => problem("lake.columns_mismatch", { reason });

const newField = ({ name, type }: PreparedColumn): NewField => ({ name, required: false, type: toIcebergType(type) });

const lastIdOf = (schemas: readonly IcebergSchema[]): number => Math.max(0, ...schemas.flatMap((schema) => [...fieldsById(schema).keys()]));

const toMapping = (item: PreparedColumn, field: IcebergField): Mapping => ({ field, value: item.expression, isNormalized: item.isNormalized });

/** Columns of a new table: numbered in the file's order, with the types the file's values have. */
export function mapNewTable({ columns }: PreparedFile): readonly Mapping[] {
  if (columns.some((item) => item.name === BATCH_COLUMN)) throw mismatch(`a column cannot be called ${BATCH_COLUMN}`);
  const fields = assignFieldIds(columns.map(newField));
  return columns.flatMap((item, index) => {
    const field = fields[index];
    return field === undefined ? [] : [toMapping(item, field)];
  });
}

/** The schema of a new table; the last column keeps each row's batch when batches are named. */
export function schemaOfNew(mapping: readonly Mapping[], batch: string | undefined): IcebergSchema {
  const schema: IcebergSchema = { type: "struct", "schema-id": 0, fields: mapping.map((item) => item.field) };
  if (batch === undefined) return schema;
  const batchField: IcebergField = { id: lastIdOf([schema]) + 1, name: BATCH_COLUMN, required: false, type: "string" };
  return { ...schema, fields: [...schema.fields, batchField] };
}

function requireKnownColumns(columns: readonly LakeColumn[], names: readonly string[], mayAdd: boolean): void {
  const known = new Set(columns.map((item) => item.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0 && !mayAdd) throw mismatch(`it does not have ${unknown.slice(0, MAX_NAMES).join(", ")}`);
  const missing = columns.filter((item) => item.required && !names.includes(item.name)).map((item) => item.name);
  if (missing.length > 0) throw mismatch(`the file lacks ${missing.slice(0, MAX_NAMES).join(", ")}`);
}

const BIGGEST: Partial<Record<SqlType["kind"], number>> = { integer: 10, bigint: 19 };

/** Whether every value of a type is one of another, exactly. */
function widens(from: SqlType, to: SqlType): boolean {
  if (to.kind === "double") return from.kind === "float";
  if (to.kind === "bigint") return from.kind === "integer";
  if (to.kind !== "decimal") return false;
  const { precision, scale } = from.kind === "decimal" ? from : { precision: BIGGEST[from.kind] ?? Number.POSITIVE_INFINITY, scale: 0 };
  return to.scale >= scale && to.precision - to.scale >= precision - scale;
}

/** A column's values as a type, where what is known of them makes that certain. */
function certainValue(item: PreparedColumn, type: SqlType): Expression | undefined {
  if (type.kind === "text" && item.isText) return column(item.key);
  if (JSON.stringify(item.type) === JSON.stringify(type)) return item.expression;
  return widens(item.type, type) ? cast(item.expression, type) : undefined;
}

const typeName = ({ type }: IcebergField): string => (typeof type === "string" ? type : type.type);

/** A column of the file for one of the table that its values may not fit. */
interface Doubtful {
  readonly item: PreparedColumn;
  readonly field: IcebergField;
  readonly type: SqlType;
}

/** Every value must be one of its column's type. */
async function requireFitting(session: EngineSession, file: PreparedFile, doubtful: readonly Doubtful[]): Promise<void> {
  const other = doubtful.find(({ item }) => !item.isText);
  if (other !== undefined) throw mismatch(`${other.field.name} holds ${typeName(other.field)} there, and ${other.item.type.kind} in the file`);
  const misfits = await findMisfits(session, file.relation, new Map(doubtful.map(({ item, type }) => [item.key, type])));
  if (misfits.length === 0) return;
  const issues = misfits.map((misfit) => {
    const field = doubtful.find(({ item }) => item.key === misfit.name)?.field;
    const type = field === undefined ? "" : typeName(field);
    return { path: field?.name ?? "", message: `${misfit.count} values are no ${type}, for example ${JSON.stringify(misfit.example.slice(0, 100))}` };
  });
  throw problem("lake.values_mismatch", {}, { issues });
}

/** The file's columns the table does not have, numbered as the table will number them one after the other. */
function mapAdded({ columns }: PreparedFile, target: OpenTable): readonly Mapping[] {
  const known = new Set(target.columns.map((item) => item.name));
  let lastId = lastIdOf(target.schemas);
  return columns.flatMap((item): readonly Mapping[] => {
    const [field] = known.has(item.name) ? [] : assignFieldIds([newField(item)], lastId);
    if (field === undefined) return [];
    lastId = lastIdOf([{ type: "struct", "schema-id": 0, fields: [field] }]);
    return [toMapping(item, field)];
  });
}

/** How a file fits a table that is there. */
export interface TargetMapping {
  readonly mapping: readonly Mapping[];
  /** Columns the table has to get before the rows fit. */
  readonly added: readonly Mapping[];
}

/** Columns of a table that is there, matched by name. Throws `lake.columns_mismatch` and `lake.values_mismatch`. */
export async function mapToTarget(session: EngineSession, file: PreparedFile, target: OpenTable, mayAdd: boolean): Promise<TargetMapping> {
  const own = target.columns.filter((item) => !item.isSystem);
  const items = new Map(file.columns.map((item) => [item.name, item]));
  requireKnownColumns(own, [...items.keys()], mayAdd);
  const fields = new Map(target.schema.fields.map((field) => [field.id, field]));
  const doubtful: Doubtful[] = [];
  const mapped = own.flatMap(({ fieldId, name, sqlType }): readonly Mapping[] => {
    const field = fields.get(fieldId);
    if (field === undefined) return [];
    const item = items.get(name);
    if (item === undefined) return [{ field, value: undefined, isNormalized: false }];
    const value = certainValue(item, sqlType);
    if (value !== undefined) return [{ field, value, isNormalized: item.isNormalized }];
    doubtful.push({ item, field, type: sqlType });
    return [{ field, value: textToType(column(item.key), sqlType), isNormalized: false }];
  });
  await requireFitting(session, file, doubtful);
  const added = mayAdd ? mapAdded(file, target) : [];
  return { mapping: [...mapped, ...added], added };
}

/** The file's values as columns of the table. */
export const mappedItems = (mapping: readonly Mapping[]): readonly SelectItem[] =>
  mapping.flatMap(({ field, value }) => (value === undefined ? [] : [{ expression: value, as: field.name }]));

export const toStagedColumn = ({ field, isNormalized }: Mapping): StagedColumn => ({
  fieldId: field.id,
  name: field.name,
  type: typeName(field),
  isNormalized,
});
