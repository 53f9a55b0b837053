import { problem } from "@granary/protocol";
import type { ArithmeticOperator, ComparisonOperator, Expression } from "../expression.ts";
import { type NodePrinters, printList } from "./printer.ts";
import { printText } from "./text.ts";

const COMPARISONS: Readonly<Record<ComparisonOperator, string>> = {
  "=": "=",
  "<>": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "is distinct from": "IS DISTINCT FROM",
  "is not distinct from": "IS NOT DISTINCT FROM",
};

const ARITHMETIC: Readonly<Record<ArithmeticOperator, string>> = { "+": "+", "-": "-", "*": "*", "/": "/", "//": "//", "%": "%" };

/** `1 / 0` is infinite by itself while `1 // 0` and `1 % 0` are null. */
const divides = (operator: ArithmeticOperator): boolean => operator === "/" || operator === "//" || operator === "%";

function operatorIn<Operator extends string>(table: Readonly<Record<Operator, string>>, operator: Operator): string {
  if (!Object.hasOwn(table, operator)) throw problem("engine.statement_invalid", { reason: "an operator is not known" });
  return table[operator];
}

type Kinds =
  | "comparison"
  | "arithmetic"
  | "negate"
  | "logical"
  | "not"
  | "isNull"
  | "between"
  | "inList"
  | "inQuery"
  | "exists"
  | "scalarQuery"
  | "like"
  | "regexMatch";

/** Operators, all of them in parentheses: no precedence is relied on. */
export const CONDITIONS: NodePrinters<Expression, Kinds> = {
  comparison: (node, print) => `(${print.expression(node.left)} ${operatorIn(COMPARISONS, node.operator)} ${print.expression(node.right)})`,
  arithmetic: (node, print) => {
    const right = print.expression(node.right);
    return `(${print.expression(node.left)} ${operatorIn(ARITHMETIC, node.operator)} ${divides(node.operator) ? `nullif(${right}, 0)` : right})`;
  },
  negate: (node, print) => `(- ${print.expression(node.operand)})`,
  logical: (node, print) => {
    if (node.operands.length === 0) return node.operator === "and" ? "TRUE" : "FALSE";
    return `(${node.operands.map((operand) => print.expression(operand)).join(node.operator === "and" ? " AND " : " OR ")})`;
  },
  not: (node, print) => `(NOT ${print.expression(node.operand)})`,
  isNull: (node, print) => `(${print.expression(node.operand)} IS NULL)`,
  between: (node, print) => `(${print.expression(node.operand)} BETWEEN ${print.expression(node.low)} AND ${print.expression(node.high)})`,
  inList: (node, print) => (node.values.length === 0 ? "FALSE" : `(${print.expression(node.operand)} IN (${printList(node.values, print)}))`),
  inQuery: (node, print) => {
    if (node.operands.length === 0) throw problem("engine.statement_invalid", { reason: "nothing is looked for in a query" });
    const operands = printList(node.operands, print);
    return `(${node.operands.length === 1 ? operands : `(${operands})`} IN (${print.query(node.query)}))`;
  },
  exists: (node, print) => `EXISTS (${print.query(node.query)})`,
  scalarQuery: (node, print) => `(${print.query(node.query)})`,
  like: (node, print) => {
    if (node.escape !== undefined && !/^[!-~]$/.test(node.escape)) throw problem("engine.statement_invalid", { reason: "an escape is one ASCII character" });
    const escape = node.escape === undefined ? "" : ` ESCAPE ${printText(node.escape)}`;
    return `(${print.expression(node.operand)} ${node.ignoreCase ? "ILIKE" : "LIKE"} ${print.expression(node.pattern)}${escape})`;
  },
  regexMatch: (node, print) => {
    const name = node.extent === "whole" ? "regexp_full_match" : "regexp_matches";
    return `${name}(${print.expression(node.operand)}, ${print.expression(node.pattern)}${node.ignoreCase ? ", 'i'" : ""})`;
  },
};
