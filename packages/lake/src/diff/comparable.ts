import { call, caseWhen, cast, type Expression, isNull, literal, listTransform, parameter, type SqlType, structField, structPack } from "@granary/engine";

function holdsMap(type: SqlType): boolean {
  if (type.kind === "map") return true;
  if (type.kind === "list") return holdsMap(type.element);
  return type.kind === "struct" && type.fields.some((field) => holdsMap(field.type));
}

const unlessNull = (value: Expression, otherwise: Expression): Expression => caseWhen([{ when: isNull(value), then: literal(null) }], otherwise);

function inner(type: SqlType, value: Expression, depth: number): Expression {
  if (!holdsMap(type)) return value;
  if (type.kind === "list") return listTransform(value, `e${depth}`, inner(type.element, parameter(`e${depth}`), depth + 1));
  if (type.kind === "struct") {
    const fields = type.fields.map((field) => ({ name: field.name, value: inner(field.type, structField(value, field.name), depth) }));
    return unlessNull(value, structPack(fields));
  }
  if (type.kind !== "map") return value;
  const name = `e${depth}`;
  const entry = structPack([
    { name: "key", value: inner(type.key, structField(parameter(name), "key"), depth + 1) },
    { name: "value", value: inner(type.value, structField(parameter(name), "value"), depth + 1) },
  ]);
  return call("list_sort", listTransform(call("map_entries", value), name, entry));
}

/**
 * What to compare, group and order a column by: the value itself, but for maps, whose entries the engine compares in
 * the order in which they are stored.
 */
export const comparable = (type: SqlType, value: Expression): Expression => inner(type, value, 0);

/** Whether `comparable` gives something else than the value. */
export const isComparedByEntries = (type: SqlType): boolean => holdsMap(type);

/** A value in the type both sides are compared in. */
export function inType(value: Expression, is: SqlType, wanted: SqlType): Expression {
  return JSON.stringify(is) === JSON.stringify(wanted) ? value : cast(value, wanted);
}
