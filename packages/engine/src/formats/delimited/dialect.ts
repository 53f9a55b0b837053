/** How a delimited file separates its values. */
export interface DelimitedDialect {
  /** One character; empty for files of one column. */
  readonly delimiter: string;
  /** One character, or null when quotes mean nothing. */
  readonly quote: string | null;
  /** How a quote stands inside a quoted value; `backslash` also takes the meaning from delimiters and line ends outside of quotes. */
  readonly escape: "double" | "backslash";
}

/** Where in a delimited file the rows begin. */
export interface DelimitedLayout extends DelimitedDialect {
  /** Lines in front that are no records: a `sep=` line, a title, remarks. */
  readonly skipLines: number;
  /** Records that make up the names: 0, 1, or more, which are joined by a blank. */
  readonly headerRows: number;
}

/** What a person said about a delimited file; the rest is detected. */
export type DelimitedOptions = Partial<DelimitedLayout>;
