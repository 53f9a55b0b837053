import type { ResultColumn, Row } from "../process/messages.ts";
import type { Query } from "../sql/index.ts";

/** A state of a table that a query asks for: `name AT (VERSION => 3)` or `name AT (TIMESTAMP => '2026-01-31')`. The value is as written. */
export interface TableVersion {
  readonly unit: "version" | "timestamp";
  readonly value: string;
}

/** A table a person's query names, at one place of its text. */
export interface TableReference {
  /** The key of this table in `SandboxQuery.relations`; equal for all references to the same table and version. */
  readonly key: string;
  /** The parts of the name as written, quotes taken away: `["orders"]` or `["sales", "orders"]`. */
  readonly path: readonly string[];
  readonly at?: TableVersion;
  /** Where the name starts in the text; lines and columns count from 1, in characters. */
  readonly line: number;
  readonly column: number;
}

/** What a person's query uses, read from its text alone. */
export interface SqlCheck {
  readonly tables: readonly TableReference[];
  /** Names of functions and operators, each once, in lower case. */
  readonly functions: readonly string[];
  /** Names of parameters, each once; `$1` is `"1"`. */
  readonly parameters: readonly string[];
}

/** Limits of one query; what is left out is the engine's setting, which is also the most that can be asked for. */
export interface SandboxLimits {
  readonly deadlineMs?: number;
  readonly memoryBytes?: number;
  /** What may be spilled to disk. */
  readonly tempBytes?: number;
  /** Rows after which the result is cut. */
  readonly maxRows?: number;
  /** Size of the rows as JSON after which the result is cut. */
  readonly maxBytes?: number;
  /** A larger value is refused with `sql.cell_too_large`. */
  readonly maxCellBytes?: number;
}

export type SandboxParameter = string | number | boolean | null;

/** A query written by a person, and everything it may see. */
export interface SandboxQuery {
  readonly sql: string;
  /**
   * What each table name stands for, by `TableReference.key` (for a plain name: the name; else see `relationKey`).
   * These queries are the boundary: whatever they mask or filter cannot be reached past them.
   */
  readonly relations: Readonly<Record<string, Query>>;
  /** Absolute paths of the files the relations read; nothing else can be read. */
  readonly files: readonly string[];
  /** Further table names to choose from when a name is not known; only names the person may see. */
  readonly suggestions?: readonly string[];
  readonly limits?: SandboxLimits;
  /** Answer the plan instead of rows. */
  readonly explain?: boolean;
  /** By name, without the `$`. */
  readonly parameters?: Readonly<Record<string, SandboxParameter>>;
  readonly signal?: AbortSignal;
}

/**
 * A step of a query's plan. It is made over empty tables with the columns of the real ones, so it cannot tell of files, masks,
 * row filters or values; the engine may order joins otherwise when it knows the data.
 */
export interface PlanStep {
  /** The engine's word, such as `HASH_JOIN`. */
  readonly operator: string;
  /** For a scan: the key of the table it reads. */
  readonly table?: string;
  /** What the engine says of the step: conditions, columns, order. */
  readonly details: Readonly<Record<string, string>>;
  readonly inputs: readonly PlanStep[];
}

/** A result as it arrives. Dispose it to stop the query; reading it to its end, or its deadline, does the same. */
export interface SandboxResult extends AsyncDisposable {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<readonly Row[]>;
  /** Why the result was cut, or undefined; known when the batches have ended. */
  readonly truncated: "rows" | "bytes" | undefined;
  /** Only when the query was to be explained; there are no columns and batches then. */
  readonly plan?: readonly PlanStep[];
}

/** How people's SQL is kept in: `process` has no operating-system wall besides limits, and `reason` says why. */
export interface EngineCapabilities {
  readonly confinement: "bubblewrap" | "process";
  readonly reason?: string;
}
