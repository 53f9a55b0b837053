import { type Expression } from "@granary/engine";
import { type IcebergSchema, parsePrimitive } from "../iceberg/index.ts";
import { constantValue } from "./constant-value.ts";
import { findStoredFieldId } from "./stored-column.ts";

function typeOf(node: Expression, schema: IcebergSchema): string | undefined {
  const fieldId = node.kind === "column" ? findStoredFieldId(node.name) : undefined;
  const type = schema.fields.find((field) => field.id === fieldId)?.type;
  return typeof type === "string" ? type : undefined;
}

function fits(operand: Expression, constants: readonly Expression[], schema: IcebergSchema): boolean {
  const type = typeOf(operand, schema);
  const primitive = parsePrimitive(type);
  return type !== undefined && primitive !== undefined && constants.every((constant) => constantValue(type, primitive, constant) !== undefined);
}

/** Every value has a text. */
const isText = (node: Expression, schema: IcebergSchema): boolean =>
  node.kind === "cast" ? node.type.kind === "text" && typeOf(node.operand, schema) !== undefined : typeOf(node, schema) === "string";

/**
 * Whether a condition over stored columns can be computed for any row without failing: it only compares columns with
 * constants of their own types.
 */
export function isSettled(node: Expression, schema: IcebergSchema): boolean {
  switch (node.kind) {
    case "logical":
      return node.operands.every((operand) => isSettled(operand, schema));
    case "not":
      return isSettled(node.operand, schema);
    case "comparison":
      return fits(node.left, [node.right], schema) || fits(node.right, [node.left], schema);
    case "between":
      return fits(node.operand, [node.low, node.high], schema);
    case "inList":
      return fits(node.operand, node.values, schema);
    case "like":
      return isText(node.operand, schema) && node.pattern.kind === "literal";
    case "isNull":
      return typeOf(node.operand, schema) !== undefined;
    case "column":
      return typeOf(node, schema) === "boolean";
    case "literal":
      return typeof node.value === "boolean" || node.value === null;
    default:
      return false;
  }
}
