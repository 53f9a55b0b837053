import type { Expression, SqlType } from "../sql/index.ts";

/** A column to look at, as its reader sees it: `value` is the masked value wherever there is a mask. */
export interface ProfiledColumn {
  readonly name: string;
  readonly value: Expression;
  readonly type: SqlType;
}

export interface ProfileOptions {
  /** Shares from 0 to 1; by default 5, 25, 50, 75 and 95 in a hundred. */
  readonly quantiles?: readonly number[];
  /** How many of the most frequent values; 10 unless said, at most 100. */
  readonly top?: number;
  /** How many bins of the histogram; 20 unless said, at most 200. */
  readonly bins?: number;
  /** Bins of one width, or of about as many rows each. */
  readonly spread?: "width" | "depth";
}

/** A value, as text, and how many rows have it. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** The rows above `from` up to `to`; `from` itself belongs to the first bin. */
export interface Bin {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Quantile {
  readonly share: number;
  readonly value: string;
}

/**
 * What a header band shows of a column. Values are texts as the engine prints them, so that nothing is lost; null is
 * what the type does not have. Of nested types only rows and nulls are known.
 */
export interface ColumnProfile {
  readonly name: string;
  readonly type: SqlType;
  readonly rows: number;
  readonly nulls: number;
  /** Texts without a character. */
  readonly empty: number | null;
  /** How many different values there are. Estimated where they are many: mostly within 10 in a hundred, seldom beyond 15. */
  readonly distinct: number | null;
  readonly isDistinctExact: boolean;
  /** Not a number, and infinite: they are in no other figure but `distinct`, `top` and, if infinite, `min` and `max`. */
  readonly notNumbers: number | null;
  readonly infinite: number | null;
  /** Exact; texts are cut at 1,000 characters, binary values at 64 bytes and written in hexadecimal. */
  readonly min: string | null;
  readonly max: string | null;
  readonly mean: number | null;
  /** Of a sample; null for fewer than two values. */
  readonly stddev: number | null;
  /** Approximate. */
  readonly quantiles: readonly Quantile[];
  /** The most frequent values, most frequent first, with exact counts; texts of more than 1,000 characters are not among them. */
  readonly top: readonly ValueCount[];
  /** Exact counts of all values that are finite. */
  readonly bins: readonly Bin[];
}
