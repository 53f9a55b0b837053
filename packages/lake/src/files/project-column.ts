import { call, caseWhen, cast, type Expression, isNull, listTransform, literal, type SqlType, structField, structPack } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type IcebergField, type IcebergType, type ListType, type MapType, type StructType, toSqlType } from "../iceberg/index.ts";
import type { PhysicalField } from "../schema/index.ts";

/** How a column of a file becomes the column of the table. */
export interface ColumnReading {
  /** What the engine is told to read: the file's names of the inner parts, the table's types. */
  readonly readType: SqlType;
  /** Makes the table's value of the value read; undefined when they are the same. */
  readonly value?: (read: Expression) => Expression;
}

interface Place {
  /** For messages: the column as people know it. */
  readonly column: string;
  /** Parameters of list functions inside each other have different names. */
  readonly depth: number;
}

function sqlTypeOf(type: IcebergType, place: Place): SqlType {
  const sqlType = toSqlType(type);
  if (sqlType === undefined) throw problem("lake.unsupported", { reason: `the column ${place.column} has a type that is not known` });
  return sqlType;
}

const orNull = (read: Expression, type: SqlType, value: Expression): Expression => caseWhen([{ when: isNull(read), then: cast(literal(null), type) }], value);

const deeper = (place: Place): Place => ({ ...place, depth: place.depth + 1 });

const byId = (physical: PhysicalField, id: number): PhysicalField | undefined => physical.children.find((child) => child.id === id);

/** The engine needs one part that is there to tell a struct of nulls from a null. */
function fillerOf(physical: PhysicalField, place: Place): { readonly name: string; readonly type: SqlType } {
  const leaf = physical.children.find((child) => child.children.length === 0);
  if (leaf === undefined) throw problem("lake.unsupported", { reason: `a file has none of the parts of the column ${place.column}` });
  return { name: leaf.name, type: { kind: "text" } };
}

interface Part {
  readonly field: IcebergField;
  readonly physical: PhysicalField | undefined;
  readonly reading: ColumnReading | undefined;
}

function isUnchanged(parts: readonly Part[], physical: PhysicalField): boolean {
  if (parts.every((part) => part.physical === undefined)) return false;
  return parts.every(({ field, physical: own, reading }) => {
    if (reading?.value !== undefined) return false;
    const namesake = physical.children.find((child) => child.name.toLowerCase() === field.name.toLowerCase());
    return own === undefined ? namesake === undefined : own.name === field.name;
  });
}

function readStruct(type: StructType, physical: PhysicalField, place: Place): ColumnReading {
  const parts = type.fields.map((field): Part => {
    const own = byId(physical, field.id);
    return { field, physical: own, reading: own === undefined ? undefined : readNested(field.type, own, place) };
  });
  const sqlType = sqlTypeOf(type, place);
  if (isUnchanged(parts, physical)) return { readType: sqlType };
  const present = parts.flatMap(({ physical: own, reading }) =>
    own === undefined || reading === undefined ? [] : [{ name: own.name, type: reading.readType }],
  );
  const valueOf = ({ field, physical: own, reading }: Part, read: Expression): Expression => {
    if (own === undefined) return cast(literal(null), sqlTypeOf(field.type, place));
    const part = structField(read, own.name);
    return reading?.value === undefined ? part : reading.value(part);
  };
  return {
    readType: { kind: "struct", fields: present.length === 0 ? [fillerOf(physical, place)] : present },
    value: (read) => orNull(read, sqlType, structPack(parts.map((part) => ({ name: part.field.name, value: valueOf(part, read) })))),
  };
}

const parameterOf = (place: Place): string => `part_${place.depth}`;

function readList(type: ListType, physical: PhysicalField, place: Place): ColumnReading {
  const element = physical.children[0];
  const reading = element === undefined ? { readType: sqlTypeOf(type.element, place) } : readNested(type.element, element, deeper(place));
  const { value } = reading;
  const readType: SqlType = { kind: "list", element: reading.readType };
  if (value === undefined) return { readType };
  const name = parameterOf(place);
  return { readType, value: (read) => listTransform(read, name, value({ kind: "parameter", name })) };
}

function readMap(type: MapType, physical: PhysicalField, place: Place): ColumnReading {
  const [key, item] = physical.children;
  const keys = key === undefined ? { readType: sqlTypeOf(type.key, place) } : readNested(type.key, key, deeper(place));
  const items = item === undefined ? { readType: sqlTypeOf(type.value, place) } : readNested(type.value, item, deeper(place));
  const readType: SqlType = { kind: "map", key: keys.readType, value: items.readType };
  if (keys.value === undefined && items.value === undefined) return { readType };
  const name = parameterOf(place);
  const entry: Expression = { kind: "parameter", name };
  const partOf = (reading: ColumnReading, part: "key" | "value"): Expression => {
    const read = structField(entry, part);
    return reading.value === undefined ? read : reading.value(read);
  };
  const rebuilt = structPack([
    { name: "key", value: partOf(keys, "key") },
    { name: "value", value: partOf(items, "value") },
  ]);
  return {
    readType,
    value: (read) => orNull(read, sqlTypeOf(type, place), call("map_from_entries", listTransform(call("map_entries", read), name, rebuilt))),
  };
}

function readNested(type: IcebergType, physical: PhysicalField, place: Place): ColumnReading {
  if (typeof type === "string") return { readType: sqlTypeOf(type, place) };
  if (type.type === "struct") return readStruct(type, physical, place);
  return type.type === "list" ? readList(type, physical, place) : readMap(type, physical, place);
}

/**
 * How a column is read from a file that holds it as `physical`. The engine finds columns by field id but the parts inside
 * them by name, and gives null for a name it does not find; so parts that had other names are put together again by id.
 */
export const columnReading = (field: Pick<IcebergField, "name" | "type">, physical: PhysicalField): ColumnReading =>
  readNested(field.type, physical, { column: field.name, depth: 0 });
