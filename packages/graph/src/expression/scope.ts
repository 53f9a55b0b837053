import type { GraphType } from "@granary/protocol";

/** A function that people wrote themselves. */
export interface OwnFunction {
  readonly name: string;
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  readonly language: "sql" | "javascript";
  /** Of SQL ones: an expression over the arguments. */
  readonly body: string;
}

export interface ScopeColumn {
  readonly name: string;
  readonly type: GraphType;
  readonly side?: "left" | "right";
}

/** Columns by name, as the engine tells them apart: small and capital letters are the same. */
export class ColumnScope {
  readonly #bySide = new Map<string, Map<string, ScopeColumn>>();
  readonly #ambiguous = new Set<string>();
  readonly columns: readonly ScopeColumn[];

  constructor(columns: readonly ScopeColumn[]) {
    this.columns = columns;
    for (const column of columns) {
      const key = column.name.toLowerCase();
      if (this.#side("").has(key)) this.#ambiguous.add(key);
      this.#side("").set(key, column);
      if (column.side !== undefined) this.#side(column.side).set(key, column);
    }
  }

  #side(side: string): Map<string, ScopeColumn> {
    const found = this.#bySide.get(side) ?? new Map<string, ScopeColumn>();
    this.#bySide.set(side, found);
    return found;
  }

  find(name: string, side: string | undefined): ScopeColumn | "ambiguous" | undefined {
    const key = name.toLowerCase();
    if (side === undefined && this.#ambiguous.has(key)) return "ambiguous";
    return this.#side(side ?? "").get(key);
  }
}

/** Where an expression stands and what it may name. */
export interface ExpressionScope {
  /** Undefined where they are not known because of another fault: then every name is right. */
  readonly columns: ColumnScope | undefined;
  readonly parameters: ReadonlyMap<string, GraphType>;
  readonly functions: ReadonlyMap<string, OwnFunction>;
  /** `row`: values of one row; `measure`: aggregates over a group; `window`: those and window functions. */
  readonly use: "row" | "measure" | "window";
  /** Columns that are the same for all rows of a group, in small letters. */
  readonly groupedBy?: ReadonlySet<string>;
}
