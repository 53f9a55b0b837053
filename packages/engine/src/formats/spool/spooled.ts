import type { CsvDialect, LineEnd, SqlType } from "../../sql/index.ts";
import type { RejectedRow } from "./rejected-row.ts";

/** What a reader of a file knows about one of its columns. */
export interface SpooledColumn {
  readonly name: string;
  /** What the file calls it, where that could not be the column's name. */
  readonly renamedFrom?: string;
  /**
   * `any`: texts, any type may be proved; `dates`: texts that their writer marked as text, which may still be dates;
   * `none`: texts that stay texts; `fixed`: the type is known.
   */
  readonly proof: "any" | "dates" | "none" | "fixed";
  /** Of `fixed` columns. */
  readonly type?: SqlType;
  /** Whether a `fixed` column is read as that type (nested ones) or as text that is converted. */
  readonly isNested?: boolean;
}

/** Where the rows lie for the engine; in the spools of ours a first column holds each row's line. */
export type Spool =
  | { readonly kind: "csv"; readonly path: string }
  | { readonly kind: "json"; readonly path: string }
  /** The file itself, which is already written as the engine reads it. */
  | { readonly kind: "delimited"; readonly path: string; readonly dialect: CsvDialect; readonly lineEnd: LineEnd; readonly longestRecord: number }
  | { readonly kind: "parquet"; readonly path: string };

/** What reading a file came to. */
export interface SpooledRows {
  readonly spool: Spool;
  readonly columns: readonly SpooledColumn[];
  /** Records of the file, or as many as were asked for. */
  readonly records: number;
  readonly loaded: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
  /** Whether reading stopped at the number of records asked for. */
  readonly isPartial: boolean;
  readonly warnings: readonly FileWarning[];
}

/** Something a person should know although nothing is lost. */
export interface FileWarning {
  readonly code: string;
  readonly message: string;
  readonly column?: string;
}
