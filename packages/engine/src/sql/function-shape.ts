/** What an argument may be. `part`, `size` and `place` are constants written into the call, for their values decide what the engine does. */
export type ArgumentKind =
  | "any"
  | "boolean"
  | "number"
  | "text"
  | "binary"
  | "time"
  | "interval"
  | "list"
  | "map"
  /** A unit of time: one of `DATE_PARTS`. */
  | "part"
  /** A length of at most `MAX_TEXT_SIZE` characters, so that a call cannot fill the memory. */
  | "size"
  /** A small number that is known before the rows are: a group of a pattern, a share, a count of values. */
  | "place"
  /** A list of shares from 0 to 1, each known before the rows are. */
  | "shares";

/** `?` may be left out, `*` may be left out or repeated. */
export type Argument = ArgumentKind | `${ArgumentKind}?` | `${ArgumentKind}*`;

/** How a function may be called; `aggregate` ones also over windows, `window` ones only there. */
export interface FunctionShape {
  readonly use: "scalar" | "aggregate" | "window";
  readonly takes: readonly Argument[];
}

/** A function of the values of one row. */
export const scalar = (...takes: readonly Argument[]): FunctionShape => ({ use: "scalar", takes });
/** A function of the values of many rows. */
export const aggregate = (...takes: readonly Argument[]): FunctionShape => ({ use: "aggregate", takes });
/** A function of the rows around one. */
export const window = (...takes: readonly Argument[]): FunctionShape => ({ use: "window", takes });
