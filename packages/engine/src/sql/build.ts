import type {
  ArithmeticOperator,
  CallExpression,
  CaseBranch,
  ComparisonOperator,
  Expression,
  LiteralValue,
  TypedLiteralType,
  WindowFrame,
} from "./expression.ts";
import type { FunctionName } from "./functions.ts";
import type { Query, SortKey } from "./query.ts";
import type { SqlType } from "./types.ts";

const within = (relation: string | undefined): { readonly relation?: string } => (relation === undefined ? {} : { relation });

/** A column, of the relation with this alias when one is given. */
export const column = (name: string, relation?: string): Expression => ({ kind: "column", name, ...within(relation) });

/** The zero-based position of the row in its data file; only inside a select from a parquet relation. */
export const rowPosition: Expression = { kind: "rowPosition" };

/** The path of the data file the row came from; only inside a select from a parquet relation. */
export const fileName: Expression = { kind: "fileName" };

/** `rowPosition` of the parquet relation with this alias. */
export const rowPositionOf = (relation: string): Expression => ({ kind: "rowPosition", relation });

/** `fileName` of the parquet relation with this alias. */
export const fileNameOf = (relation: string): Expression => ({ kind: "fileName", relation });

export const literal = (value: LiteralValue): Expression => ({ kind: "literal", value });

/**
 * A value of a type that has no form of its own in JSON. Dates are `YYYY-MM-DD` (ISO 8601 with a sign for other years,
 * or as the engine prints them: `0044-03-15 (BC)`, `infinity`), times `HH:MM:SS[.ffffff]`, timestamps both with a blank
 * or `T` between, timestamptz with an offset behind (`+00`, `Z`, `-05:30`), decimals plain digits, binary hexadecimal.
 */
export const typedLiteral = (type: TypedLiteralType, text: string): Expression => ({ kind: "typedLiteral", type, text });

/** A span of calendar time: a month or a day is not a fixed number of microseconds. */
export const interval = (span: { readonly months?: number; readonly days?: number; readonly micros?: number | bigint }): Expression => ({
  kind: "interval",
  months: span.months ?? 0,
  days: span.days ?? 0,
  micros: String(span.micros ?? 0),
});

export const compare = (left: Expression, operator: ComparisonOperator, right: Expression): Expression => ({ kind: "comparison", operator, left, right });

export const arithmetic = (left: Expression, operator: ArithmeticOperator, right: Expression): Expression => ({ kind: "arithmetic", operator, left, right });

export const negate = (operand: Expression): Expression => ({ kind: "negate", operand });

/** True for every row when there are no operands. */
export const and = (...operands: readonly Expression[]): Expression => ({ kind: "logical", operator: "and", operands });

/** False for every row when there are no operands. */
export const or = (...operands: readonly Expression[]): Expression => ({ kind: "logical", operator: "or", operands });

export const not = (operand: Expression): Expression => ({ kind: "not", operand });

export const isNull = (operand: Expression): Expression => ({ kind: "isNull", operand });

/** Both ends belong to it. */
export const between = (operand: Expression, low: Expression, high: Expression): Expression => ({ kind: "between", operand, low, high });

/** False for every row when there are no values. Null when nothing matches and a value or the operand is null. */
export const inList = (operand: Expression, values: readonly Expression[]): Expression => ({ kind: "inList", operand, values });

export const inQuery = (operands: Expression | readonly Expression[], query: Query): Expression => ({
  kind: "inQuery",
  operands: "kind" in operands ? [operands] : operands,
  query,
});

export const exists = (query: Query): Expression => ({ kind: "exists", query });

export const scalarQuery = (query: Query): Expression => ({ kind: "scalarQuery", query });

export interface LikeOptions {
  readonly ignoreCase?: boolean;
  readonly escape?: string;
}

export const like = (operand: Expression, pattern: Expression, options: LikeOptions = {}): Expression => ({
  kind: "like",
  operand,
  pattern,
  ignoreCase: options.ignoreCase ?? false,
  ...(options.escape === undefined ? {} : { escape: options.escape }),
});

/** Whether some part of the text matches, or the whole of it. */
export const regexMatch = (
  operand: Expression,
  pattern: Expression,
  options: { readonly extent: "part" | "whole"; readonly ignoreCase?: boolean },
): Expression => ({ kind: "regexMatch", operand, pattern, extent: options.extent, ignoreCase: options.ignoreCase ?? false });

export const call = (name: FunctionName, ...operands: readonly Expression[]): CallExpression => ({ kind: "call", name, operands });

/** A call of an aggregate over some rows, over different values, or in an order. */
export const aggregate = (
  name: FunctionName,
  operands: readonly Expression[],
  options: Pick<CallExpression, "distinct" | "orderBy" | "filter">,
): CallExpression => ({ kind: "call", name, operands, ...options });

/** A window function or an aggregate over the rows around each row. */
export const over = (
  windowed: CallExpression,
  window: {
    readonly partitionBy?: readonly Expression[];
    readonly orderBy?: readonly SortKey[];
    readonly frame?: WindowFrame;
    readonly ignoreNulls?: boolean;
  },
): Expression => ({ kind: "window", call: windowed, ...window, partitionBy: window.partitionBy ?? [], orderBy: window.orderBy ?? [] });

/** Converts a value; a value that does not fit makes the statement fail. */
export const cast = (operand: Expression, type: SqlType): Expression => ({ kind: "cast", operand, type, onFault: "fail" });

/** Converts a value; a value that does not fit becomes null. */
export const tryCast = (operand: Expression, type: SqlType): Expression => ({ kind: "cast", operand, type, onFault: "null" });

export const caseWhen = (branches: readonly CaseBranch[], otherwise: Expression): Expression => ({ kind: "case", branches, otherwise });

/** A struct; the order of the fields belongs to its type. */
export const structPack = (fields: readonly { readonly name: string; readonly value: Expression }[]): Expression => ({ kind: "structPack", fields });

export const structField = (operand: Expression, name: string): Expression => ({ kind: "structField", operand, name });

export const parameter = (name: string): Expression => ({ kind: "parameter", name });

/** A list of what `body` gives for each element; `body` names the element by `parameter(name)`. */
export const listTransform = (operand: Expression, name: string, body: Expression): Expression => ({ kind: "listTransform", operand, parameter: name, body });

/** The elements for which `body` is true; `body` names the element by `parameter(name)`. */
export const listFilter = (operand: Expression, name: string, body: Expression): Expression => ({ kind: "listFilter", operand, parameter: name, body });

export const listReduce = (
  operand: Expression,
  initial: Expression,
  fold: { readonly accumulator: string; readonly parameter: string; readonly body: Expression },
): Expression => ({ kind: "listReduce", operand, initial, ...fold });
