import type { IcebergField, IcebergSchema, IcebergType, StructType } from "./types.ts";

/** A field found anywhere in a schema, with where it lies. */
export interface FoundField {
  readonly id: number;
  /** `element`, `key` and `value` for the inner parts of lists and maps. */
  readonly name: string;
  readonly type: IcebergType;
  readonly required: boolean;
  readonly doc?: string;
  /** The id of the struct column, list element or map value whose struct holds it; undefined at top level. */
  readonly parentId: number | undefined;
  /** From the top: `address.street`, `orders.element.amount`. */
  readonly path: readonly string[];
  readonly isInList: boolean;
  readonly isInMap: boolean;
}

type Place = Pick<FoundField, "path" | "isInList" | "isInMap" | "parentId">;

function visit(type: IcebergType, place: Place, found: Map<number, FoundField>): void {
  if (typeof type === "string") return;
  const add = (field: IcebergField, inner: Place): void => {
    const path = [...place.path, field.name];
    const { id, name, required, doc } = field;
    found.set(id, { id, name, type: field.type, required, ...(doc === undefined ? {} : { doc }), ...inner, path });
    visit(field.type, { ...inner, path, parentId: id }, found);
  };
  if (type.type === "struct") for (const field of type.fields) add(field, place);
  if (type.type === "list") {
    add({ id: type["element-id"], name: "element", required: type["element-required"], type: type.element }, { ...place, isInList: true });
  }
  if (type.type === "map") {
    const inner = { ...place, isInMap: true };
    add({ id: type["key-id"], name: "key", required: true, type: type.key }, inner);
    add({ id: type["value-id"], name: "value", required: type["value-required"], type: type.value }, inner);
  }
}

const indexes = new WeakMap<object, ReadonlyMap<number, FoundField>>();

/** All fields of a schema or struct by id, nested ones, list elements and map entries included. */
export function fieldsById(schema: IcebergSchema | StructType): ReadonlyMap<number, FoundField> {
  const known = indexes.get(schema);
  if (known !== undefined) return known;
  const found = new Map<number, FoundField>();
  visit({ type: "struct", fields: schema.fields }, { path: [], parentId: undefined, isInList: false, isInMap: false }, found);
  indexes.set(schema, found);
  return found;
}

/** The highest id used anywhere; 0 for no columns. */
export const highestFieldId = (schema: IcebergSchema | StructType): number => Math.max(0, ...fieldsById(schema).keys());
