/** A record that could not be loaded: its first line in the file (counted from 1), why, and its text. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
  readonly raw: string;
  /** Its values, where they could be told apart. */
  readonly fields?: readonly (string | null)[];
}
