export { printExpression, printQuery, printStatement } from "./print-statement.ts";
export { printName } from "./text.ts";
