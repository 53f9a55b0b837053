export { printExpression } from "./print-expression.ts";
export { printStatement } from "./print-statement.ts";
