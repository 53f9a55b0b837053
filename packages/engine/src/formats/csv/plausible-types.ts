/** Types a text column may be proved to have, likeliest first. */
export const CANDIDATES = ["boolean", "bigint", "decimal", "double", "date", "timestamp"] as const;

export type Candidate = (typeof CANDIDATES)[number];

/** Looser than the proof: what does not look like this cannot pass it. */
const LOOKS: Readonly<Record<Candidate, RegExp>> = {
  boolean: /^(true|false)$/i,
  bigint: /^-?\d{1,19}$/,
  decimal: /^-?\d+(\.\d+)?$/,
  double: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  timestamp: /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}/,
};

/** The types that no value of a handful rules out at first sight. */
export const plausibleTypes = (values: readonly unknown[]): readonly Candidate[] =>
  CANDIDATES.filter((candidate) => values.every((value) => value === null || LOOKS[candidate].test(String(value))));
