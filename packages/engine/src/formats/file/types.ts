import type { SqlType } from "../../sql/index.ts";
import type { Reading } from "../columns/index.ts";
import type { DelimitedDialect, DelimitedFinding, DelimitedOptions } from "../delimited/index.ts";
import type { Encoding, EncodingFinding } from "../encoding/index.ts";
import type { JsonFinding, JsonOptions } from "../json/index.ts";
import type { SheetFinding, SheetOptions } from "../xlsx/index.ts";
import type { XmlFinding, XmlOptions } from "../xml/index.ts";

export const FILE_KINDS = ["delimited", "json", "xml", "xlsx", "parquet"] as const;

export type FileKind = (typeof FILE_KINDS)[number];

/** How the values of one column are read, or of all that do not say otherwise. */
export interface ValueOptions {
  /** Texts that stand for null. */
  readonly nullTokens?: readonly string[];
  readonly decimal?: "." | ",";
  /** What stands between groups of three digits; empty for none. */
  readonly thousands?: string;
}

export interface ColumnOptions extends ValueOptions {
  /** What the column is to be called instead. */
  readonly name?: string;
  /** Leaves the column out. */
  readonly skip?: boolean;
  /** Values that are none of this type make their row a reject. */
  readonly type?: SqlType;
  /** How a date or timestamp is written, in strptime's letters: `%d/%m/%Y`. */
  readonly format?: string;
}

/** What a person said about a file; plain data. Everything left out is detected. */
export interface FileOptions {
  readonly kind?: FileKind;
  /** Which file of an archive. */
  readonly member?: string;
  readonly encoding?: Encoding;
  readonly delimited?: DelimitedOptions;
  readonly json?: JsonOptions;
  readonly xml?: XmlOptions;
  readonly sheet?: SheetOptions;
  readonly values?: ValueOptions;
  /** By the columns' names as the inspection shows them. */
  readonly columns?: Readonly<Record<string, ColumnOptions>>;
}

/** What a file was found to be; only the parts that its kind has. */
export interface FileFacts {
  readonly kind: FileKind;
  readonly bytes: number;
  readonly packing: "gzip" | "zstd" | "zip" | null;
  /** The file of an archive that is read. */
  readonly member?: string;
  readonly encoding?: EncodingFinding;
  readonly delimited?: DelimitedFinding;
  readonly json?: JsonFinding;
  readonly xml?: XmlFinding;
  readonly sheet?: SheetFinding;
}

/** How the rejected records of a file are written, so that one of them can be taken apart again once it is corrected. */
export interface RecordForm {
  /** Null for records that are JSON objects. */
  readonly dialect: DelimitedDialect | null;
  readonly columns: readonly RecordColumn[];
}

export interface RecordColumn {
  /** What the file calls it, as the inspection shows it. */
  readonly source: string;
  /** What it was loaded as; null when it was left out. */
  readonly name: string | null;
  readonly reading: Reading | null;
  /** Whether its values are nested, and told as JSON. */
  readonly isNested?: boolean;
}
