export { type Unfinished, unfinished } from "./unfinished.ts";
export { canonical, canonicalJson, fileForm } from "./canonical.ts";
export { checkDocument, type DocumentCheck, environmentOf, type PortSource, RUN_PARAMETERS } from "./check-document.ts";
export {
  type CallNode,
  canCast,
  type CheckedExpression,
  checkExpression,
  ColumnScope,
  type ExpressionCheck,
  type ExpressionFault,
  type ExpressionScope,
  type ExpressionType,
  findFunction,
  fits,
  fullForm,
  FUNCTION_LIBRARY,
  FUNCTION_SAMPLE,
  type FunctionEntry,
  type GraphExpression,
  isList,
  isNumeric,
  type OwnFunction,
  parseExpression,
  type ParsedExpression,
  parseInterval,
  printExpressionText,
  type ScopeColumn,
  TIME_UNITS,
} from "./expression/index.ts";
export {
  columnTypeOf,
  type Environment,
  type ExpressionUse,
  findColumn,
  joinedColumns,
  type JoinedColumn,
  type KnownSchemas,
  measureUse,
  ROW_USE,
  scopeOf,
  selectedColumns,
  sidesOf,
  WINDOW_USE,
} from "./nodes/index.ts";
export { outputPortsOf } from "./ports.ts";
export { compareDocuments, type MergedDocument, mergeDocuments } from "./compare/index.ts";
export { compareSchemas } from "./compare-schemas.ts";
export { fieldsAsPython, fieldsAsSql, type FieldSuggestion, suggestFields } from "./map-fields/index.ts";
export { type ColumnLineage, lineageOf, type NodeLineage, type SourceColumn } from "./lineage.ts";
