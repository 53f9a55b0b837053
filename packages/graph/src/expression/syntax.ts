import type { GraphType } from "@granary/protocol";

/** Where a part stands in its text: characters counted from 0, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "||" | "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" | "is not distinct from";

export interface CaseBranch {
  readonly when: GraphExpression;
  readonly then: GraphExpression;
}

export interface SortOperand {
  readonly expression: GraphExpression;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

export interface CallNode extends Span {
  readonly kind: "call";
  /** In small letters, as it was written otherwise: a name or an alias. */
  readonly name: string;
  readonly nameEnd: number;
  readonly operands: readonly GraphExpression[];
  /** `count(*)`. */
  readonly isStar: boolean;
  readonly isDistinct: boolean;
  readonly orderBy: readonly SortOperand[];
  readonly filter: GraphExpression | undefined;
}

export type LiteralTypeName = "date" | "time" | "timestamp" | "timestamptz" | "uuid" | "interval";

/** An expression as it was written, with the place of every part. */
export type GraphExpression =
  | (Span & { readonly kind: "column"; readonly name: string; readonly side: "left" | "right" | undefined })
  | (Span & { readonly kind: "parameter"; readonly name: string })
  | (Span & { readonly kind: "text"; readonly value: string })
  /** Digits as they were written, such as `12`, `1.50` or `2e3`. */
  | (Span & { readonly kind: "number"; readonly digits: string })
  | (Span & { readonly kind: "boolean"; readonly value: boolean })
  | (Span & { readonly kind: "null" })
  /** `date '2026-01-31'`; intervals such as `interval '2 months'`. */
  | (Span & { readonly kind: "typed"; readonly type: LiteralTypeName; readonly value: string })
  | (Span & { readonly kind: "negate"; readonly operand: GraphExpression })
  | (Span & { readonly kind: "not"; readonly operand: GraphExpression })
  | (Span & { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: GraphExpression; readonly right: GraphExpression })
  | (Span & { readonly kind: "logical"; readonly operator: "and" | "or"; readonly operands: readonly GraphExpression[] })
  | (Span & { readonly kind: "isNull"; readonly operand: GraphExpression; readonly isNegated: boolean })
  | (Span & { readonly kind: "in"; readonly operand: GraphExpression; readonly values: readonly GraphExpression[]; readonly isNegated: boolean })
  | (Span & {
      readonly kind: "between";
      readonly operand: GraphExpression;
      readonly low: GraphExpression;
      readonly high: GraphExpression;
      readonly isNegated: boolean;
    })
  | (Span & {
      readonly kind: "like";
      readonly operand: GraphExpression;
      readonly pattern: GraphExpression;
      readonly ignoreCase: boolean;
      readonly escape: string | undefined;
      readonly isNegated: boolean;
    })
  | (Span & {
      readonly kind: "case";
      readonly operand: GraphExpression | undefined;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: GraphExpression | undefined;
    })
  | (Span & { readonly kind: "cast"; readonly operand: GraphExpression; readonly type: GraphType; readonly onFault: "fail" | "null" })
  | CallNode;

/** What is wrong with a text, or worth knowing, and where. */
export interface ExpressionFault extends Span {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
}

type Kind = GraphExpression["kind"];
type Parts = { readonly [K in Kind]?: (node: Extract<GraphExpression, { readonly kind: K }>) => readonly GraphExpression[] };

const present = (...nodes: readonly (GraphExpression | undefined)[]): readonly GraphExpression[] => nodes.filter((node) => node !== undefined);

/** Kinds without parts are left out. */
const PARTS: Parts = {
  negate: (node) => [node.operand],
  not: (node) => [node.operand],
  isNull: (node) => [node.operand],
  cast: (node) => [node.operand],
  binary: (node) => [node.left, node.right],
  logical: (node) => node.operands,
  in: (node) => [node.operand, ...node.values],
  between: (node) => [node.operand, node.low, node.high],
  like: (node) => [node.operand, node.pattern],
  case: (node) => present(node.operand, ...node.branches.flatMap(({ when, then }) => [when, then]), node.otherwise),
  call: (node) => present(...node.operands, ...node.orderBy.map((key) => key.expression), node.filter),
};

/** The parts directly inside an expression, in the order they were written. */
export function partsOf(node: GraphExpression): readonly GraphExpression[] {
  const parts = PARTS[node.kind] as ((node: GraphExpression) => readonly GraphExpression[]) | undefined;
  return parts?.(node) ?? [];
}
