export { type CheckedExpression, checkExpression, type ExpressionCheck } from "./check.ts";
export { TIME_UNITS } from "./check-call.ts";
export { findFunction, FUNCTION_LIBRARY, FUNCTION_SAMPLE, type FunctionEntry } from "./functions/index.ts";
export { fullForm, parseInterval } from "./literals.ts";
export { parseExpression, type ParsedExpression } from "./parser.ts";
export { printExpressionText, printName } from "./print.ts";
export { ColumnScope, type ExpressionScope, type OwnFunction, type ScopeColumn } from "./scope.ts";
export type { CallNode, ExpressionFault, GraphExpression } from "./syntax.ts";
export { canCast, type ExpressionType, fits, isList, isNumeric, unify } from "./types.ts";
