import type { IcebergField, IcebergType } from "../iceberg/index.ts";

/** A field to be made; ids inside its type do not count. */
export type NewField = Omit<IcebergField, "id">;

/** Gives out ids above the last one used. */
export function idsAfter(lastId: number): () => number {
  let last = lastId;
  return () => {
    last += 1;
    return last;
  };
}

/** A type with new ids throughout: first those of a struct's fields, then those inside them, as other engines number. */
export function withNewIds(type: IcebergType, nextId: () => number): IcebergType {
  if (typeof type === "string") return type;
  if (type.type === "struct") return { type: "struct", fields: numberFields(type.fields, nextId) };
  if (type.type === "list") {
    const id = nextId();
    return { type: "list", "element-id": id, "element-required": type["element-required"], element: withNewIds(type.element, nextId) };
  }
  const [keyId, valueId] = [nextId(), nextId()];
  const key = withNewIds(type.key, nextId);
  return { type: "map", "key-id": keyId, key, "value-id": valueId, "value-required": type["value-required"], value: withNewIds(type.value, nextId) };
}

function numberFields(fields: readonly NewField[], nextId: () => number): readonly IcebergField[] {
  const ids = fields.map(() => nextId());
  return fields.map(({ name, required, type, doc }, index) => ({
    id: ids[index] ?? 0,
    name,
    required,
    type: withNewIds(type, nextId),
    ...(doc === undefined ? {} : { doc }),
  }));
}

/** Columns with field ids above `lastId`, nested ones included: for a new table, or for what is added to one. */
export const assignFieldIds = (fields: readonly NewField[], lastId = 0): readonly IcebergField[] => numberFields(fields, idsAfter(lastId));
