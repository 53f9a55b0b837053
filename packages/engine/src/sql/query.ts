import type { Expression } from "./expression.ts";
import type { Relation } from "./relation.ts";

export interface SelectItem {
  readonly expression: Expression;
  readonly as: string;
}

export interface SortKey {
  readonly expression: Expression;
  readonly direction: "asc" | "desc";
  /** Where nulls go; last unless said. */
  readonly nulls?: "first" | "last";
}

export interface SelectQuery {
  readonly kind: "select";
  readonly distinct?: boolean;
  readonly items: readonly SelectItem[];
  readonly from: Relation;
  readonly where?: Expression;
  readonly groupBy?: readonly Expression[];
  readonly having?: Expression;
  /** Filters rows by their window functions. */
  readonly qualify?: Expression;
  readonly orderBy?: readonly SortKey[];
  readonly limit?: number;
  readonly offset?: number;
}

/** By position; the columns take the names of the first query. Those without `All` answer each different row once. */
export type SetOperator = "union" | "unionAll" | "except" | "exceptAll" | "intersect" | "intersectAll";

/** A query under a name that others of the same `with`, further down, and its body may read as a table. */
export interface NamedQuery {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
  /** Computed once and kept, or put in place wherever it is read; the engine chooses when left out. */
  readonly materialized?: boolean;
}

export type Query =
  | SelectQuery
  | { readonly [K in SetOperator]: { readonly kind: K; readonly queries: readonly Query[] } }[SetOperator]
  /** `recursive` lets a named query read itself. */
  | { readonly kind: "with"; readonly named: readonly NamedQuery[]; readonly recursive?: boolean; readonly query: Query };
