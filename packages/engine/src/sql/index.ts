export {
  and,
  call,
  caseWhen,
  cast,
  column,
  columnsOf,
  compare,
  type ComparisonOperator,
  type Expression,
  isNull,
  literal,
  type LiteralValue,
  not,
  or,
  rowPosition,
  tryCast,
} from "./expression.ts";
export { FUNCTIONS, type FunctionName } from "./functions.ts";
export type { CopyFormat, CsvDialect, LineEnd, ParquetField, Query, Relation, SelectItem, SelectQuery, Statement } from "./query.ts";
export type { SqlType, SqlTypeKind } from "./types.ts";
