/** One attempt on the sandbox, kept as data so that all of it is repeated with each version of the engine. */
export interface Attack {
  readonly name: string;
  readonly sql: string;
  /** Codes of errors it may end in; empty when it has to end well, harmlessly. */
  readonly refusals: readonly string[];
  /** It may also end well. */
  readonly orHarmless?: true;
  /** For attempts that end well: what they may answer at most, as the JSON of all rows. */
  readonly rows?: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly explain?: true;
  readonly deadlineMs?: number;
}

/** Attempts that all end in the same refusal, each called by its own text. */
export const refused = (code: string, ...texts: readonly string[]): readonly Attack[] =>
  texts.map((sql) => ({ name: sql.slice(0, 120), sql, refusals: [code] }));
