import type { Expression } from "./expression.ts";
import type { SqlType } from "./types.ts";

/** How a delimited text file is written, decided by us and never guessed by the engine. */
export interface CsvDialect {
  readonly delimiter: "," | ";" | "\t" | "|";
  readonly quote: '"' | "'";
  readonly header: boolean;
}

/** How the lines of a text file end; line ends inside quoted values do not count. */
export type LineEnd = "lf" | "crlf" | "cr";

/** One column to read from Parquet files, found by its field id whatever its name in the file. */
export interface ParquetField {
  readonly fieldId: number;
  /** The name it gets in this relation. */
  readonly name: string;
  readonly type: SqlType;
}

/** Where rows come from. */
export type Relation =
  | { readonly kind: "table"; readonly name: string }
  | { readonly kind: "query"; readonly query: Query }
  /** The numbers from 0 up to `length`, exclusive, in a column called `position`. */
  | { readonly kind: "sequence"; readonly length: number }
  /** Without `fields` the files' own columns are read by name. */
  | { readonly kind: "parquetFiles"; readonly paths: readonly string[]; readonly fields?: readonly ParquetField[] }
  /** What a Parquet file's footer says, one row per column of each row group. */
  | { readonly kind: "parquetFooter"; readonly path: string }
  /** All columns as text; rows that do not fit are kept aside for `rejectedRows`. */
  | { readonly kind: "csvFile"; readonly path: string; readonly columns: readonly string[]; readonly dialect: CsvDialect; readonly lineEnd: LineEnd }
  /** What the csv reads of this session set aside, one row per fault. */
  | { readonly kind: "rejectedRows" };

export interface SelectItem {
  readonly expression: Expression;
  readonly as: string;
}

export interface SelectQuery {
  readonly kind: "select";
  readonly items: readonly SelectItem[];
  readonly from: Relation;
  readonly where?: Expression;
  readonly groupBy?: readonly Expression[];
  readonly orderBy?: readonly { readonly expression: Expression; readonly direction: "asc" | "desc" }[];
  readonly limit?: number;
}

export type Query = SelectQuery | { readonly kind: "unionAll"; readonly queries: readonly Query[] };

export type CopyFormat =
  | {
      readonly kind: "parquet";
      /** Written into the file, by column name. Without it the file carries none. */
      readonly fieldIds?: Readonly<Record<string, number>>;
      readonly keyValues?: Readonly<Record<string, string>>;
      readonly rowGroupRows: number;
      readonly compression: "zstd" | "snappy";
    }
  /** RFC 4180 with a header, comma and UTF-8; null is an empty field, an empty text is `""`. */
  | { readonly kind: "csv" };

/** What an engine session runs. `copy` answers one row per file written, or one with the row count for csv. */
export type Statement =
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "copy"; readonly query: Query; readonly path: string; readonly format: CopyFormat };
