import type { GraphColumn, GraphFault, GraphType, PipelineNode } from "@granary/protocol";
import { checkExpression, ColumnScope, type ExpressionCheck, type ExpressionScope, type OwnFunction, type ScopeColumn } from "../expression/index.ts";
import { didYouMean } from "../similar-names.ts";
import { type Columns, findColumn } from "./columns.ts";

/** What is there outside of a document. */
export interface KnownSchemas {
  /** Columns that sources and `sql` nodes give, by node; those without an entry go by the schema in their settings. */
  readonly sources?: Readonly<Record<string, readonly GraphColumn[]>>;
  /** Columns of what destinations write to, by node; left out where it does not exist yet. */
  readonly targets?: Readonly<Record<string, readonly GraphColumn[]>>;
  readonly functions?: readonly OwnFunction[];
}

/** What expressions of a document may name besides columns. */
export interface Environment {
  readonly parameters: ReadonlyMap<string, GraphType>;
  readonly functions: ReadonlyMap<string, OwnFunction>;
}

export type ExpressionUse = Pick<ExpressionScope, "use" | "groupedBy">;

export const ROW_USE: ExpressionUse = { use: "row" };
export const WINDOW_USE: ExpressionUse = { use: "window" };
/** Aggregates over groups of these columns. */
export const measureUse = (by: readonly string[]): ExpressionUse => ({ use: "measure", groupedBy: new Set(by.map((name) => name.toLowerCase())) });

/** The scope of an expression over the columns of one input, or of two sides. */
export function scopeOf(columns: readonly ScopeColumn[] | undefined, environment: Environment, use: ExpressionUse): ExpressionScope {
  return { columns: columns === undefined ? undefined : new ColumnScope(columns), ...environment, ...use };
}

/** One node while it is checked: what comes in, what is known, and where faults go. */
export class NodeContext {
  readonly node: PipelineNode;
  readonly known: KnownSchemas;
  readonly #environment: Environment;
  readonly #inputs: ReadonlyMap<string, readonly Columns[]>;
  readonly #faults: GraphFault[];

  constructor(
    node: PipelineNode,
    inputs: ReadonlyMap<string, readonly Columns[]>,
    about: { readonly known: KnownSchemas; readonly environment: Environment; readonly faults: GraphFault[] },
  ) {
    this.node = node;
    this.known = about.known;
    this.#environment = about.environment;
    this.#inputs = inputs;
    this.#faults = about.faults;
  }

  input(port = "in"): Columns {
    return this.#inputs.get(port)?.[0];
  }

  inputs(port = "in"): readonly Columns[] {
    return this.#inputs.get(port) ?? [];
  }

  fault(path: string | null, code: string, message: string): void {
    this.#faults.push({ severity: "error", code, message, node: this.node.id, path });
  }

  warn(path: string | null, code: string, message: string): void {
    this.#faults.push({ severity: "warning", code, message, node: this.node.id, path });
  }

  expression(path: string, text: string, columns: readonly ScopeColumn[] | undefined, use: ExpressionUse = ROW_USE): ExpressionCheck {
    const check = checkExpression(text, scopeOf(columns, this.#environment, use));
    for (const fault of check.faults) this.#faults.push({ ...fault, node: this.node.id, path });
    return check;
  }

  condition(path: string, text: string, columns: readonly ScopeColumn[] | undefined): void {
    const { type } = this.expression(path, text, columns);
    if (type !== "boolean" && type !== "null" && type !== "unknown")
      this.fault(path, "node.condition", `A condition is true or false, but this is ${type}. Compare it with something.`);
  }

  /** The value of a new column. */
  value(path: string, text: string, columns: readonly ScopeColumn[] | undefined, use: ExpressionUse = ROW_USE): ExpressionCheck {
    const check = this.expression(path, text, columns, use);
    if (check.type === "interval") this.fault(path, "node.interval", "A span of time cannot be kept in a column: use date_diff to count its units.");
    return check;
  }

  column(path: string, name: string, columns: Columns): GraphColumn | undefined {
    if (columns === undefined) return undefined;
    const found = findColumn(columns, name);
    if (found === undefined) {
      const hint = didYouMean(
        name,
        columns.map((column) => column.name),
      );
      this.fault(path, "node.unknown_column", `There is no column ${name}.${hint}`);
    }
    return found;
  }

  columnsExist(path: string, names: readonly string[], columns: Columns): void {
    for (const [index, name] of names.entries()) this.column(`${path}.${index}`, name, columns);
  }

  /** Refuses names that come twice; `path` leads to the name at an index. */
  distinct(names: readonly string[], path: (index: number) => string | null): void {
    const seen = new Set<string>();
    for (const [index, name] of names.entries()) {
      const key = name.toLowerCase();
      if (seen.has(key))
        this.fault(path(index), "node.duplicate_name", `Two columns are called ${name}. Names must differ in more than small and capital letters.`);
      seen.add(key);
    }
  }
}

/** What a check of a kind of node answers: columns by output port. */
export type PortColumns = Readonly<Record<string, Columns>>;
