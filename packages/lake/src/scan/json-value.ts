import {
  call,
  caseWhen,
  cast,
  compare,
  type Expression,
  isNull,
  listTransform,
  literal,
  parameter,
  type SqlType,
  structField,
  structPack,
} from "@granary/engine";

const json = (value: Expression): Expression => call("to_json", value);

/** JSON has no such numbers: they are the texts that pages show. */
function jsonNumber(value: Expression): Expression {
  const branches = [
    { when: call("is_nan", value), then: json(literal("NaN")) },
    { when: compare(value, "=", cast(literal("inf"), { kind: "double" })), then: json(literal("Infinity")) },
    { when: compare(value, "=", cast(literal("-inf"), { kind: "double" })), then: json(literal("-Infinity")) },
  ];
  return caseWhen(branches, json(value));
}

function hasFractions(type: SqlType): boolean {
  if (type.kind === "list") return hasFractions(type.element);
  if (type.kind === "map") return hasFractions(type.value);
  return type.kind === "struct" ? type.fields.some((field) => hasFractions(field.type)) : type.kind === "float" || type.kind === "double";
}

const orNull = (read: Expression, value: Expression): Expression => caseWhen([{ when: isNull(read), then: literal(null) }], value);

const pair = (key: Expression, value: Expression): Expression =>
  structPack([
    { name: "key", value: key },
    { name: "value", value },
  ]);

/** Parameters of list functions inside each other have different names. */
function finite(value: Expression, type: SqlType, depth: number): Expression {
  if (!hasFractions(type)) return value;
  const entry = parameter(`part_${depth}`);
  const each = (list: Expression, body: Expression): Expression => listTransform(list, `part_${depth}`, body);
  if (type.kind === "list") return each(value, finite(entry, type.element, depth + 1));
  if (type.kind === "map") {
    const entries = each(call("map_entries", value), pair(structField(entry, "key"), finite(structField(entry, "value"), type.value, depth + 1)));
    return orNull(value, call("map_from_entries", entries));
  }
  if (type.kind !== "struct") return jsonNumber(value);
  return orNull(value, structPack(type.fields.map((field) => ({ name: field.name, value: finite(structField(value, field.name), field.type, depth) }))));
}

/** A value whose JSON every reader takes. Of a type that is not known the value stays what it is. */
export const jsonValue = (value: Expression, type: SqlType | undefined): Expression => (type === undefined ? value : finite(value, type, 0));

/** A nested value as text. */
export const jsonText = (value: Expression, type: SqlType | undefined): Expression => cast(json(jsonValue(value, type)), { kind: "text" });
