import type { Query } from "./query.ts";

/** Field ids by column name; nested columns name their parts: a struct's fields, a list's `element`, a map's `key` and `value`. */
export interface FieldIds {
  readonly [name: string]: number | { readonly id: number; readonly children: FieldIds };
}

export interface ParquetFormat {
  readonly kind: "parquet";
  /** Written into the file. Without it the file carries none. */
  readonly fieldIds?: FieldIds;
  readonly keyValues?: Readonly<Record<string, string>>;
  readonly rowGroupRows: number;
  readonly compression: "zstd" | "snappy";
  /** Writes several files; the statement's path is then a directory. */
  readonly files?: ManyFiles;
}

/** How rows are spread over files: by size or by value, which the engine cannot combine. */
export type ManyFiles = {
  /** The files' names without ending; `{i}` stands for a number, and what else it holds is the caller's. */
  readonly namePattern: string;
} & (
  | { /** A new file begins once one has this many bytes. */ readonly maxBytes: number }
  /** One directory per value, `column=value`; the columns stay in the files. */
  | { readonly partitionBy: readonly string[] }
);

/** UTF-8 without a byte order mark; a quote inside a quoted value is doubled. */
export interface CsvFormat {
  readonly kind: "csv";
  /** A comma unless said. */
  readonly delimiter?: string;
  /** A double quote unless said. */
  readonly quote?: string;
  /** True unless said. */
  readonly header?: boolean;
  /** What stands for null; the empty field unless said. A text of the same look is quoted. */
  readonly nullText?: string;
  /** `crlf`, as RFC 4180 has it, unless said. */
  readonly lineEnd?: "lf" | "crlf";
  /** Puts quotes around every value; by default only where they are needed. */
  readonly quoteAll?: boolean;
}

export type CopyFormat =
  | ParquetFormat
  | CsvFormat
  /** One object per row, on lines of their own or as one array. */
  | { readonly kind: "json"; readonly layout: "lines" | "array" };

/**
 * What an engine session runs. `copy` answers one row per file written for parquet, with its statistics, and one with
 * the row count for the others. Tables and views live as long as the session.
 */
export type Statement =
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "copy"; readonly query: Query; readonly path: string; readonly format: CopyFormat }
  | { readonly kind: "createTable"; readonly name: string; readonly query: Query }
  | { readonly kind: "createView"; readonly name: string; readonly query: Query }
  | { readonly kind: "dropTable"; readonly name: string }
  | { readonly kind: "dropView"; readonly name: string };
