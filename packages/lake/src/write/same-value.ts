import { and, cast, compare, type Expression, literal, or } from "@granary/engine";
import { type IcebergField, parsePrimitive } from "../iceberg/index.ts";

/** Whether two values of a column are the same, null being one. The engine takes the two zeros for equal; a table does not lose the sign. */
export function isSameValue(field: IcebergField, left: Expression, right: Expression): Expression {
  const same = compare(left, "is not distinct from", right);
  const kind = parsePrimitive(field.type)?.kind;
  if (kind !== "float" && kind !== "double") return same;
  const isNoZero = compare(left, "is distinct from", literal(0));
  return and(same, or(isNoZero, compare(cast(left, { kind: "text" }), "=", cast(right, { kind: "text" }))));
}
