import type { Expression } from "@granary/engine";
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

type Checks = { readonly [K in Expression["kind"]]?: (node: Extract<Expression, { readonly kind: K }>, schema: IcebergSchema) => boolean };

const SETTLED: Checks = {
  logical: (node, schema) => node.operands.every((operand) => isSettled(operand, schema)),
  not: (node, schema) => isSettled(node.operand, schema),
  comparison: (node, schema) => fits(node.left, [node.right], schema) || fits(node.right, [node.left], schema),
  between: (node, schema) => fits(node.operand, [node.low, node.high], schema),
  inList: (node, schema) => fits(node.operand, node.values, schema),
  like: (node, schema) => isText(node.operand, schema) && node.pattern.kind === "literal",
  isNull: (node, schema) => typeOf(node.operand, schema) !== undefined,
  column: (node, schema) => typeOf(node, schema) === "boolean",
  literal: (node) => typeof node.value === "boolean" || node.value === null,
};

/**
 * Whether a condition over stored columns can be computed for any row without failing: it only compares columns with
 * constants of their own types.
 */
export function isSettled(node: Expression, schema: IcebergSchema): boolean {
  const check = SETTLED[node.kind] as ((node: Expression, schema: IcebergSchema) => boolean) | undefined;
  return check?.(node, schema) === true;
}
