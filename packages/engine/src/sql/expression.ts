import type { FunctionName } from "./functions.ts";
import type { SqlType } from "./types.ts";

export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type LiteralValue = string | number | bigint | boolean | null;

/** A value computed per row (or per group, for aggregates). Readonly data: it may be sent between processes and stored. */
export type Expression =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "rowPosition" }
  | { readonly kind: "literal"; readonly value: LiteralValue }
  | { readonly kind: "comparison"; readonly operator: ComparisonOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "logical"; readonly operator: "and" | "or"; readonly operands: readonly Expression[] }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "isNull"; readonly operand: Expression }
  | { readonly kind: "call"; readonly name: FunctionName; readonly operands: readonly Expression[] }
  | { readonly kind: "cast"; readonly operand: Expression; readonly type: SqlType; readonly onFault: "fail" | "null" }
  | { readonly kind: "case"; readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]; readonly otherwise: Expression };

export const column = (name: string): Expression => ({ kind: "column", name });

/** The zero-based position of the row in its data file; only inside a select from one parquet relation. */
export const rowPosition: Expression = { kind: "rowPosition" };

export const literal = (value: LiteralValue): Expression => ({ kind: "literal", value });

export const compare = (left: Expression, operator: ComparisonOperator, right: Expression): Expression => ({ kind: "comparison", operator, left, right });

/** True for every row when there are no operands. */
export const and = (...operands: readonly Expression[]): Expression => ({ kind: "logical", operator: "and", operands });

/** False for every row when there are no operands. */
export const or = (...operands: readonly Expression[]): Expression => ({ kind: "logical", operator: "or", operands });

export const not = (operand: Expression): Expression => ({ kind: "not", operand });

export const isNull = (operand: Expression): Expression => ({ kind: "isNull", operand });

export const call = (name: FunctionName, ...operands: readonly Expression[]): Expression => ({ kind: "call", name, operands });

/** Converts a value; a value that does not fit makes the statement fail. */
export const cast = (operand: Expression, type: SqlType): Expression => ({ kind: "cast", operand, type, onFault: "fail" });

/** Converts a value; a value that does not fit becomes null. */
export const tryCast = (operand: Expression, type: SqlType): Expression => ({ kind: "cast", operand, type, onFault: "null" });

export const caseWhen = (branches: readonly { readonly when: Expression; readonly then: Expression }[], otherwise: Expression): Expression => ({
  kind: "case",
  branches,
  otherwise,
});

const NO_CHILDREN: readonly Expression[] = [];

type ChildrenOf = { readonly [K in Expression["kind"]]: (node: Extract<Expression, { kind: K }>) => readonly Expression[] };

const CHILDREN: ChildrenOf = {
  column: () => NO_CHILDREN,
  rowPosition: () => NO_CHILDREN,
  literal: () => NO_CHILDREN,
  comparison: (node) => [node.left, node.right],
  logical: (node) => node.operands,
  not: (node) => [node.operand],
  isNull: (node) => [node.operand],
  call: (node) => node.operands,
  cast: (node) => [node.operand],
  case: (node) => [...node.branches.flatMap((branch) => [branch.when, branch.then]), node.otherwise],
};

/** The names of all columns an expression reads, each once. */
export function columnsOf(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  const pending: Expression[] = [expression];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === "column") names.add(node.name);
    const children = CHILDREN[node.kind] as (node: Expression) => readonly Expression[];
    pending.push(...children(node));
  }
  return names;
}
