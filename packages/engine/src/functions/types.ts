import type { GraphType } from "@granary/protocol";

/** A function that people wrote, and what it is called with. */
export interface FunctionDefinition {
  /** The body of `(row) => ...`: an expression, or statements with `return`. */
  readonly body: string;
  /** Names in `row`, each from a column. Whole numbers beyond 2^53 arrive as BigInt, times and dates as ISO text, JSON parsed. */
  readonly arguments: readonly { readonly name: string; readonly column: string; readonly type: GraphType }[];
  /** One: the function's value. Several: by their names in the object it answers. */
  readonly outputs: readonly { readonly name: string; readonly type: GraphType }[];
}

/** A row the function failed on, with its columns as text. */
export interface FunctionReject {
  /** Counted from 0 over all files. */
  readonly position: number;
  readonly reason: string;
  readonly row: Readonly<Record<string, string | null>>;
}

export interface FunctionRun extends FunctionDefinition {
  /** Parquet files, read in this order. */
  readonly from: readonly string[];
  /** Columns of the files that are kept, in order; an output of the same name takes a column's place. */
  readonly columns: readonly string[];
  /** The Parquet file to write; files beside it are used meanwhile. */
  readonly to: string;
  /** A row it fails on: the run fails, its outputs are null, or it is left out and told of. */
  readonly onFault: "fail" | "null" | "reject";
  /** Rejected rows that are told of; all are counted. 1,000 unless said. */
  readonly maxRejects?: number;
  /** For one batch of 5,000 rows; 10 s unless said. */
  readonly batchDeadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Rows done so far. */
  readonly onProgress?: (rows: number) => void;
}

export interface FunctionResult {
  /** Rows written. */
  readonly rows: number;
  readonly rejectedCount: number;
  readonly rejected: readonly FunctionReject[];
}

/** A function tried on rows somebody typed. */
export interface FunctionTrial extends FunctionDefinition {
  /** Values as text by argument, in order. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly signal?: AbortSignal;
}

/** Results by output, in order, or why there are none. */
export type TriedRow = { readonly values: readonly (string | null)[]; readonly fault: null } | { readonly values: null; readonly fault: string };

/** How people's functions are kept apart on this system. */
export interface FunctionIsolation {
  readonly kind: "bubblewrap" | "quickjs";
  /** Why not bubblewrap. */
  readonly reason?: string;
}
