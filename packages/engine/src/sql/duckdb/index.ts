export { printExpression, printQuery, printStatement } from "./print-statement.ts";
