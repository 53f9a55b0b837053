export { DUCKDB_FUNCTIONS } from "./functions.ts";
export { printExpression } from "./print-expression.ts";
export { printQuery, printStatement } from "./print-statement.ts";
export { printType } from "./text.ts";
