import { column, type Expression, type Query, type Relation, type SelectItem, type SelectQuery, type SortKey } from "@granary/engine";
import { type Environment, type ExpressionUse, ROW_USE, scopeOf, type ScopeColumn } from "@granary/graph";
import type { GraphColumn, GraphType } from "@granary/protocol";
import { compileCondition, type CompileOptions, compileOperand, compileValue } from "./expressions.ts";

/** What a row that does not fit is answered as: in which column, why, and the row as a JSON object of texts. */
export const REJECTED_COLUMNS = ["column", "reason", "row"] as const;
/** The port of rows that do not fit, of nodes that keep them apart. */
export const REJECTED_PORT = "rejected";

/** Rows that come in, as the statement names them. */
export interface InputRelation {
  readonly name: string;
  readonly columns: readonly GraphColumn[];
}

/** What the compilers of nodes share. */
export interface CompileContext {
  readonly environment: Environment;
  readonly parameters: Readonly<Record<string, string | null>>;
  /** The workspace's key of masks. */
  readonly maskKey: Buffer;
}

/** One node with what comes in. */
export class NodeInputs {
  readonly #inputs: ReadonlyMap<string, readonly InputRelation[]>;
  readonly #context: CompileContext;
  readonly out: readonly GraphColumn[];

  constructor(context: CompileContext, inputs: ReadonlyMap<string, readonly InputRelation[]>, out: readonly GraphColumn[]) {
    this.#context = context;
    this.#inputs = inputs;
    this.out = out;
  }

  get maskKey(): Buffer {
    return this.#context.maskKey;
  }

  all(port = "in"): readonly InputRelation[] {
    return this.#inputs.get(port) ?? [];
  }

  one(port = "in"): InputRelation {
    const [found] = this.all(port);
    if (found === undefined) throw new Error(`nothing comes in at ${port}`);
    return found;
  }

  table(port = "in"): Relation {
    return { kind: "table", name: this.one(port).name };
  }

  condition(text: string, columns: readonly ScopeColumn[] = this.one().columns): Expression {
    return compileCondition(text, scopeOf(columns, this.#context.environment, ROW_USE), this.#options());
  }

  /** A condition that is true, false or null. */
  isTrue(text: string): Expression {
    return { kind: "comparison", operator: "is not distinct from", left: this.condition(text), right: { kind: "literal", value: true } };
  }

  value(text: string, type: GraphType, use: ExpressionUse = ROW_USE, options: Partial<CompileOptions> = {}): Expression {
    return compileValue(text, type, scopeOf(this.one().columns, this.#context.environment, use), { ...this.#options(), ...options });
  }

  operand(text: string) {
    return compileOperand(text, scopeOf(this.one().columns, this.#context.environment, ROW_USE), this.#options());
  }

  #options(): CompileOptions {
    return { parameters: this.#context.parameters };
  }
}

export const itemOf = (name: string, as = name): SelectItem => ({ expression: column(name), as });
export const itemsOf = (columns: readonly GraphColumn[]): readonly SelectItem[] => columns.map(({ name }) => itemOf(name));

export const select = (items: readonly SelectItem[], from: Relation, rest: Partial<SelectQuery> = {}): SelectQuery => ({
  kind: "select",
  items,
  from,
  ...rest,
});

interface WrittenKey {
  readonly column: string;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

export const sortKeys = (keys: readonly WrittenKey[], relation?: string): readonly SortKey[] =>
  keys.map((key) => ({ expression: column(key.column, relation), direction: key.direction, nulls: key.nulls }));

/** The other way round, so that what was last is first. */
export const reversed = (keys: readonly SortKey[]): readonly SortKey[] =>
  keys.map((key) => ({ ...key, direction: key.direction === "asc" ? "desc" : "asc", nulls: key.nulls === "first" ? "last" : "first" }));

/** Queries by output port; `rejected` besides for nodes that keep rows apart. */
export type PortQueries = Readonly<Record<string, Query>>;
