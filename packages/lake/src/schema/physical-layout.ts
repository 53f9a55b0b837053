import type { JsonValue } from "@granary/engine";
import type { IcebergField, IcebergType } from "../iceberg/index.ts";

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
