import type { IcebergField, IcebergType } from "../iceberg/index.ts";

type Edit = (field: IcebergField) => IcebergField;

function editType(type: IcebergType, id: number, edit: Edit): IcebergType {
  if (typeof type === "string") return type;
  if (type.type === "struct") return { ...type, fields: editField(type.fields, id, edit) };
  if (type.type === "list") {
    const element = editOne({ id: type["element-id"], name: "element", required: type["element-required"], type: type.element }, id, edit);
    return { ...type, "element-required": element.required, element: element.type };
  }
  const key = editOne({ id: type["key-id"], name: "key", required: true, type: type.key }, id, edit);
  const value = editOne({ id: type["value-id"], name: "value", required: type["value-required"], type: type.value }, id, edit);
  return { ...type, key: key.type, "value-required": value.required, value: value.type };
}

const editOne = (field: IcebergField, id: number, edit: Edit): IcebergField =>
  field.id === id ? edit(field) : typeof field.type === "string" ? field : { ...field, type: editType(field.type, id, edit) };

/** Fields with one of them changed, wherever it lies; elements and map values count as fields. */
export const editField = (fields: readonly IcebergField[], id: number, edit: Edit): readonly IcebergField[] => fields.map((field) => editOne(field, id, edit));

/** Fields with those of one struct changed; the columns themselves when no owner is given. */
export function editStruct(
  fields: readonly IcebergField[],
  ownerId: number | undefined,
  edit: (fields: readonly IcebergField[]) => readonly IcebergField[],
): readonly IcebergField[] {
  if (ownerId === undefined) return edit(fields);
  return editField(fields, ownerId, (field) => {
    if (typeof field.type === "string" || field.type.type !== "struct") throw new TypeError(`the field ${ownerId} is no struct`);
    return { ...field, type: { ...field.type, fields: edit(field.type.fields) } };
  });
}
