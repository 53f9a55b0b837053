import type { FunctionName } from "./functions.ts";
import type { Query, SortKey } from "./query.ts";
import type { SqlType } from "./types.ts";

/** The two last ones treat a missing value as a value of its own and never answer null. */
export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" | "is not distinct from";

/** `/` divides exactly (doubles), `//` without the rest towards zero, `%` is that rest with the sign of the left side. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%";

/** A bigint may have up to 38 digits; a number that is no safe integer is a double. */
export type LiteralValue = string | number | bigint | boolean | null;

/** Types whose values are written down as text, checked for their shape when printed. */
export type TypedLiteralType =
  | { readonly kind: "date" | "time" | "timestamp" | "timestamptz" | "uuid" | "binary" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number };

/** A function call; `filter`, `distinct` and `orderBy` are for aggregates only. */
export interface CallExpression {
  readonly kind: "call";
  readonly name: FunctionName;
  readonly operands: readonly Expression[];
  /** Each different value counts once. */
  readonly distinct?: boolean;
  /** The order in which values are taken, for aggregates that depend on it. */
  readonly orderBy?: readonly SortKey[];
  /** Only rows for which this is true. */
  readonly filter?: Expression;
}

export type FrameBound =
  | { readonly kind: "unboundedPreceding" | "currentRow" | "unboundedFollowing" }
  | { readonly kind: "preceding" | "following"; readonly offset: Expression };

/** Which rows around the current one a window function sees. */
export interface WindowFrame {
  readonly unit: "rows" | "range" | "groups";
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude?: "current row" | "group" | "ties";
}

/** A value computed per row (or per group, for aggregates). Readonly data: it may be sent between processes and stored. */
export type Expression =
  /** `relation` is the alias of a relation in scope; without it the name must be clear. */
  | { readonly kind: "column"; readonly name: string; readonly relation?: string }
  | { readonly kind: "rowPosition"; readonly relation?: string }
  | { readonly kind: "fileName"; readonly relation?: string }
  | { readonly kind: "literal"; readonly value: LiteralValue }
  | { readonly kind: "typedLiteral"; readonly type: TypedLiteralType; readonly text: string }
  /** `micros` is a 64-bit integer as text. */
  | { readonly kind: "interval"; readonly months: number; readonly days: number; readonly micros: string }
  | { readonly kind: "comparison"; readonly operator: ComparisonOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "arithmetic"; readonly operator: ArithmeticOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "negate"; readonly operand: Expression }
  | { readonly kind: "logical"; readonly operator: "and" | "or"; readonly operands: readonly Expression[] }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "isNull"; readonly operand: Expression }
  | { readonly kind: "between"; readonly operand: Expression; readonly low: Expression; readonly high: Expression }
  | { readonly kind: "inList"; readonly operand: Expression; readonly values: readonly Expression[] }
  /** Several operands are compared with as many columns of the query. */
  | { readonly kind: "inQuery"; readonly operands: readonly Expression[]; readonly query: Query }
  | { readonly kind: "exists"; readonly query: Query }
  /** The one value of a query of one column and at most one row. */
  | { readonly kind: "scalarQuery"; readonly query: Query }
  /** `%` and `_` are wildcards; nothing is escaped unless `escape` names a character for it. */
  | { readonly kind: "like"; readonly operand: Expression; readonly pattern: Expression; readonly ignoreCase: boolean; readonly escape?: string }
  /** RE2 syntax: linear in the text, no back references. */
  | { readonly kind: "regexMatch"; readonly operand: Expression; readonly pattern: Expression; readonly extent: "part" | "whole"; readonly ignoreCase: boolean }
  | CallExpression
  | {
      readonly kind: "window";
      readonly call: CallExpression;
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly SortKey[];
      readonly frame?: WindowFrame;
      readonly ignoreNulls?: boolean;
    }
  | { readonly kind: "cast"; readonly operand: Expression; readonly type: SqlType; readonly onFault: "fail" | "null" }
  | { readonly kind: "case"; readonly branches: readonly CaseBranch[]; readonly otherwise: Expression }
  | { readonly kind: "structPack"; readonly fields: readonly { readonly name: string; readonly value: Expression }[] }
  | { readonly kind: "structField"; readonly operand: Expression; readonly name: string }
  /** A parameter of the `listTransform`, `listFilter` or `listReduce` around it. */
  | { readonly kind: "parameter"; readonly name: string }
  | ListExpression<"listTransform">
  | ListExpression<"listFilter">
  /** Folds the list from the left, starting with `initial`. */
  | {
      readonly kind: "listReduce";
      readonly operand: Expression;
      readonly initial: Expression;
      readonly accumulator: string;
      readonly parameter: string;
      readonly body: Expression;
    };

/** `body` is computed for each element, named by `parameter`; `index`, when given, names its one-based place. */
interface ListExpression<Kind> {
  readonly kind: Kind;
  readonly operand: Expression;
  readonly parameter: string;
  readonly index?: string;
  readonly body: Expression;
}

export interface CaseBranch {
  readonly when: Expression;
  readonly then: Expression;
}
