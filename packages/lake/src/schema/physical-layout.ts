import type { JsonValue } from "@granary/engine";
import type { IcebergField, IcebergSchema, IcebergType } from "../iceberg/index.ts";

/** A column, or a part of one, as a Parquet file holds it: a list has its element inside, a map its key and value. */
export interface PhysicalField {
  /** Undefined for writers that give none. */
  readonly id: number | undefined;
  readonly name: string;
  readonly children: readonly PhysicalField[];
}

function childrenOf(type: IcebergType): readonly PhysicalField[] {
  if (typeof type === "string") return [];
  if (type.type === "struct") return type.fields.map(physicalField);
  if (type.type === "list") return [{ id: type["element-id"], name: "element", children: childrenOf(type.element) }];
  return [
    { id: type["key-id"], name: "key", children: childrenOf(type.key) },
    { id: type["value-id"], name: "value", children: childrenOf(type.value) },
  ];
}

/** How a file has a field that was written under the schema given. */
export const physicalField = (field: IcebergField): PhysicalField => ({ id: field.id, name: field.name, children: childrenOf(field.type) });

/** A line of the engine's description of a Parquet schema, depth first, the root at the start. */
export interface ParquetSchemaRow {
  readonly name: string;
  readonly childCount: number;
  readonly fieldId: number | undefined;
  readonly isRepeated: boolean;
}

/** From the engine's answer to `name, num_children, field_id, repetition_type`. */
export const parquetSchemaRow = ([name, children, fieldId, repetition]: readonly JsonValue[]): ParquetSchemaRow => ({
  name: String(name),
  childCount: Number(children ?? 0),
  fieldId: fieldId === null || fieldId === undefined ? undefined : Number(fieldId),
  isRepeated: repetition === "REPEATED",
});

/** The columns of a Parquet file; the groups that only make a list or map are left out. */
export function physicalColumns(rows: readonly ParquetSchemaRow[]): readonly PhysicalField[] {
  let at = 0;
  const read = (): PhysicalField & { readonly isRepeated: boolean } => {
    const row = rows[at];
    if (row === undefined) throw new RangeError("the Parquet schema ends too early");
    at += 1;
    const children = Array.from({ length: row.childCount }, read);
    const [only] = children;
    const isWrapped = children.length === 1 && only?.isRepeated === true && only.children.length > 0;
    return { id: row.fieldId, name: row.name, children: isWrapped ? only.children : children, isRepeated: row.isRepeated };
  };
  return rows.length === 0 ? [] : read().children;
}

const isStruct = (type: IcebergType): boolean => typeof type === "object" && type.type === "struct";

function innerFields(type: IcebergType): readonly IcebergField[] {
  if (typeof type === "string") return [];
  if (type.type === "struct") return type.fields;
  if (type.type === "list") return [{ id: type["element-id"], name: "element", required: type["element-required"], type: type.element }];
  return [
    { id: type["key-id"], name: "key", required: true, type: type.key },
    { id: type["value-id"], name: "value", required: type["value-required"], type: type.value },
  ];
}

/**
 * Whether the engine, which finds the parts of structs by name, reads a column of a file right as the type wants it: every
 * part that is there has its name of today, and none has a name that means another part today.
 */
export function isReadByName(field: Pick<IcebergField, "type">, physical: PhysicalField): boolean {
  const fields = innerFields(field.type);
  if (!isStruct(field.type))
    return fields.every((inner, index) => isReadByName(inner, physical.children[index] ?? { id: inner.id, name: inner.name, children: [] }));
  return fields.every((inner) => {
    const byId = physical.children.find((child) => child.id === inner.id);
    const byName = physical.children.find((child) => child.name.toLowerCase() === inner.name.toLowerCase());
    return byId === byName && (byId === undefined || isReadByName(inner, byId));
  });
}

/**
 * The columns of a schema whose inner parts had other names in some schema of the table: files must be asked how they call
 * them before they are read. Empty for most tables, so that most files need not be asked.
 */
export function renamedInside(schemas: readonly IcebergSchema[], schema: IcebergSchema): ReadonlySet<number> {
  const columns = schema.fields.filter((field) => typeof field.type === "object");
  const older = schemas.flatMap((candidate) => candidate.fields);
  const renamed = columns.filter((field) => older.some((other) => other.id === field.id && !isReadByName(field, physicalField(other))));
  return new Set(renamed.map((field) => field.id));
}
