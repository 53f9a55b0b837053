import type { SqlType } from "../../sql/index.ts";
import type { DelimitedFinding, DelimitedOptions } from "../delimited/index.ts";
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
