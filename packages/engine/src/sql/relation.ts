import type { Expression } from "./expression.ts";
import type { Query } from "./query.ts";
import type { SqlType, TypedName } from "./types.ts";

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
  /** Of a nested type the inner fields are matched by name: rename them in a projection, never here. */
  readonly type: SqlType;
}

/** `positional` puts the first row beside the first, the second beside the second, and so on; both sides come from files in their order. */
export type JoinKind = "inner" | "left" | "right" | "full" | "semi" | "anti" | "cross" | "positional";

export interface ParquetFiles {
  readonly kind: "parquetFiles";
  readonly paths: readonly string[];
  /** Without them the files' own columns are read by name. A field that a file does not have is null. */
  readonly fields?: readonly ParquetField[];
  /** Adds the path of each row's file as a column of this name. */
  readonly fileNameAs?: string;
  /** Adds the zero-based position of each row in its file as a column of this name. */
  readonly rowPositionAs?: string;
  /** Adds the zero-based place of each row's file among `paths` as a column of this name. */
  readonly fileIndexAs?: string;
}

/** A row that does not fit makes the statement fail. */
export interface CsvFile {
  readonly kind: "csvFile";
  readonly path: string;
  readonly columns: readonly TypedName[];
  readonly dialect: CsvDialect;
  readonly lineEnd: LineEnd;
  /** A field written like this, unquoted, is null; by default the empty one. */
  readonly nullText?: string;
  /** The length of the longest record, where it is known: reading short ones takes a fraction of the memory. */
  readonly longestRecord?: number;
}

export interface JsonFile {
  readonly kind: "jsonFile";
  readonly path: string;
  /** Columns by the objects' keys; a nested value read as text keeps its JSON. Never guessed: guessing can crash the engine. */
  readonly columns: readonly TypedName[];
  readonly layout: "lines" | "array";
  /** What an object that does not fit does: the statement fails, or its row is all null. Only for `lines`. */
  readonly onFault?: "fail" | "null";
}

/** Where rows come from. */
export type Relation =
  | { readonly kind: "table"; readonly name: string }
  | { readonly kind: "query"; readonly query: Query }
  /** A relation under another name, which qualified columns refer to; `columns` renames its columns from the left. */
  | { readonly kind: "alias"; readonly relation: Relation; readonly as: string; readonly columns?: readonly string[] }
  /** `on` belongs to every kind but `cross` and `positional`. */
  | { readonly kind: "join"; readonly join: JoinKind; readonly left: Relation; readonly right: Relation; readonly on?: Expression }
  /** One row per element of a list, beside the row of `relation` it came from; rows with an empty or null list only if `keepEmpty`. */
  | {
      readonly kind: "unnest";
      readonly relation: Relation;
      readonly list: Expression;
      /** Of the elements' relation; its column has the name `column`. */
      readonly as: string;
      readonly column: string;
      /** Adds the one-based place of the element as a column of this name. */
      readonly ordinal?: string;
      readonly keepEmpty?: boolean;
    }
  /** Rows written down. */
  | { readonly kind: "values"; readonly columns: readonly TypedName[]; readonly rows: readonly (readonly Expression[])[] }
  /** The numbers from 0 up to `length`, exclusive, in a column called `position`. */
  | { readonly kind: "sequence"; readonly length: number }
  | ParquetFiles
  /** What a Parquet file's footer says, one row per column of each row group. */
  | { readonly kind: "parquetFooter"; readonly path: string }
  /** The columns of Parquet files as their footers have them, nested ones flattened in order, with field ids. */
  | { readonly kind: "parquetSchema"; readonly paths: readonly string[] }
  | CsvFile
  | JsonFile;
