import { RESERVED } from "./primary.ts";
import type { GraphExpression } from "./syntax.ts";

type Kind = GraphExpression["kind"];
type Printers = { readonly [K in Kind]: (node: Extract<GraphExpression, { readonly kind: K }>) => string };

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A column as an expression names it: bare where that is possible. */
export function printName(name: string): string {
  return /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}

const not = (isNegated: boolean): string => (isNegated ? "not " : "");
const list = (nodes: readonly GraphExpression[]): string => nodes.map(print).join(", ");
/** Operands that are more than one word are put in brackets: no order of operators is relied on. */
const inner = (node: GraphExpression): string =>
  ["binary", "logical", "not", "negate", "isNull", "in", "between", "like"].includes(node.kind) ? `(${print(node)})` : print(node);

function printCall(node: Extract<GraphExpression, { readonly kind: "call" }>): string {
  const keys = node.orderBy.map((key) => `${print(key.expression)}${key.direction === "desc" ? " desc" : ""}${key.nulls === "first" ? " nulls first" : ""}`);
  const order = keys.length === 0 ? "" : ` order by ${keys.join(", ")}`;
  const inside = node.isStar ? "*" : `${node.isDistinct ? "distinct " : ""}${list(node.operands)}${order}`;
  return `${node.name}(${inside})${node.filter === undefined ? "" : ` filter (where ${print(node.filter)})`}`;
}

function printCase(node: Extract<GraphExpression, { readonly kind: "case" }>): string {
  const branches = node.branches.map(({ when, then }) => `when ${print(when)} then ${print(then)}`);
  const otherwise = node.otherwise === undefined ? [] : [`else ${print(node.otherwise)}`];
  return ["case", ...(node.operand === undefined ? [] : [print(node.operand)]), ...branches, ...otherwise, "end"].join(" ");
}

const PRINTERS: Printers = {
  column: (node) => `${node.side === undefined ? "" : `${node.side}.`}${printName(node.name)}`,
  parameter: (node) => `$${node.name}`,
  text: (node) => text(node.value),
  number: (node) => node.digits,
  boolean: (node) => String(node.value),
  null: () => "null",
  typed: (node) => `${node.type} ${text(node.value)}`,
  negate: (node) => `- ${inner(node.operand)}`,
  not: (node) => `not ${inner(node.operand)}`,
  binary: (node) => `${inner(node.left)} ${node.operator} ${inner(node.right)}`,
  logical: (node) => node.operands.map(inner).join(` ${node.operator} `),
  isNull: (node) => `${inner(node.operand)} is ${not(node.isNegated)}null`,
  in: (node) => `${inner(node.operand)} ${not(node.isNegated)}in (${list(node.values)})`,
  between: (node) => `${inner(node.operand)} ${not(node.isNegated)}between ${inner(node.low)} and ${inner(node.high)}`,
  like: (node) =>
    `${inner(node.operand)} ${not(node.isNegated)}${node.ignoreCase ? "ilike" : "like"} ${inner(node.pattern)}${node.escape === undefined ? "" : ` escape ${text(node.escape)}`}`,
  case: printCase,
  cast: (node) => `${node.onFault === "null" ? "try_cast" : "cast"}(${print(node.operand)} as ${node.type})`,
  call: printCall,
};

function print(node: GraphExpression): string {
  return (PRINTERS[node.kind] as (node: GraphExpression) => string)(node);
}

/** An expression as text that reads back as the same expression. */
export const printExpressionText = (expression: GraphExpression): string => print(expression);
