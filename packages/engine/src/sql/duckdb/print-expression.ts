import { problem } from "@granary/protocol";
import type { Expression } from "../expression.ts";
import { findCallFault } from "../functions.ts";
import { DUCKDB_FUNCTIONS } from "./functions.ts";
import { printLiteral, printName, printType } from "./text.ts";

type Printers = { readonly [K in Expression["kind"]]: (node: Extract<Expression, { kind: K }>) => string };

const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

const PRINTERS: Printers = {
  column: (node) => printName(node.name),
  rowPosition: () => "file_row_number",
  literal: (node) => printLiteral(node.value),
  comparison: (node) => {
    if (!COMPARISONS.has(node.operator)) throw problem("engine.statement_invalid", { reason: "the comparison is not known" });
    return `(${printExpression(node.left)} ${node.operator} ${printExpression(node.right)})`;
  },
  logical: (node) => {
    if (node.operands.length === 0) return node.operator === "and" ? "TRUE" : "FALSE";
    return `(${node.operands.map(printExpression).join(node.operator === "and" ? " AND " : " OR ")})`;
  },
  not: (node) => `(NOT ${printExpression(node.operand)})`,
  isNull: (node) => `(${printExpression(node.operand)} IS NULL)`,
  call: (node) => {
    const fault = findCallFault(node.name, node.operands.length);
    if (fault !== undefined) throw problem("engine.statement_invalid", { reason: fault });
    const operands = node.name === "count_rows" ? "*" : node.operands.map(printExpression).join(", ");
    return `${DUCKDB_FUNCTIONS[node.name]}(${operands})`;
  },
  cast: (node) => `${node.onFault === "fail" ? "CAST" : "TRY_CAST"}(${printExpression(node.operand)} AS ${printType(node.type)})`,
  case: (node) => {
    const branches = node.branches.map((branch) => `WHEN ${printExpression(branch.when)} THEN ${printExpression(branch.then)}`);
    return branches.length === 0 ? printExpression(node.otherwise) : `CASE ${branches.join(" ")} ELSE ${printExpression(node.otherwise)} END`;
  },
};

/** DuckDB's text of an expression. Throws `engine.statement_invalid` for a function outside the allow-list. */
export function printExpression(node: Expression): string {
  if (!Object.hasOwn(PRINTERS, node.kind)) throw problem("engine.statement_invalid", { reason: "the expression is not known" });
  return (PRINTERS[node.kind] as (node: Expression) => string)(node);
}
