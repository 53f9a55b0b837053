export {
  aggregate,
  and,
  arithmetic,
  between,
  call,
  caseWhen,
  cast,
  column,
  compare,
  exists,
  fileName,
  fileNameOf,
  inList,
  inQuery,
  interval,
  isNull,
  like,
  type LikeOptions,
  listFilter,
  listReduce,
  listTransform,
  literal,
  negate,
  not,
  or,
  over,
  parameter,
  regexMatch,
  rowPosition,
  rowPositionOf,
  scalarQuery,
  structField,
  structPack,
  tryCast,
  typedLiteral,
} from "./build.ts";
export { printQuery } from "./duckdb/index.ts";
export { DATE_PARTS, type DatePart, MAX_TEXT_SIZE } from "./call-fault.ts";
export type {
  ArithmeticOperator,
  CallExpression,
  CaseBranch,
  ComparisonOperator,
  Expression,
  FrameBound,
  LiteralValue,
  TypedLiteralType,
  WindowFrame,
} from "./expression.ts";
export type { Argument, ArgumentKind, FunctionShape } from "./function-shape.ts";
export { type FunctionName, FUNCTIONS } from "./functions.ts";
export type { NamedQuery, Query, SelectItem, SelectQuery, SetOperator, SortKey } from "./query.ts";
export type { CsvDialect, CsvFile, JoinKind, JsonFile, LineEnd, ParquetField, ParquetFiles, Relation } from "./relation.ts";
export type { CopyFormat, CsvFormat, FieldIds, ManyFiles, ParquetFormat, Statement } from "./statement.ts";
export type { SqlType, SqlTypeKind, TypedName } from "./types.ts";
export { columnsOf, isRowExpression, mapParts, replaceColumns, visitExpression } from "./walk.ts";
