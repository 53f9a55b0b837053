/**
 * The states of a change request. `superseded`: a newer request came in its place. `reverted`: merged, and a later merged request
 * took it back.
 */
export const CHANGE_STATES = ["draft", "open", "changes_requested", "approved", "merging", "merged", "closed", "superseded", "reverted"] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** What a request changes: rows, or the dataset's columns and their rules. */
export const CHANGE_TARGETS = ["rows", "schema"] as const;
export type ChangeTarget = (typeof CHANGE_TARGETS)[number];

/** What a revision was made of. */
export const REVISION_ORIGINS = ["file", "edits", "schema", "revert", "selection", "resolution", "split"] as const;
export type RevisionOrigin = (typeof REVISION_ORIGINS)[number];

export const REVIEW_VERDICTS = ["comment", "approve", "request_changes"] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/** Kinds of damage that spreadsheets and editors do to values, which nobody meant to change. */
export const FORMAT_DAMAGES = [
  "leading_zeros",
  "scientific",
  "rounded",
  "date_format",
  "plus_sign",
  "decimal_comma",
  "trailing_zeros",
  "letter_case",
  "spaces",
  "encoding",
  "formula",
  "empty_text",
] as const;
export type FormatDamage = (typeof FORMAT_DAMAGES)[number];

/** How far edits of others count as a conflict: of the same cell, of the same row, of any row, or of one group of columns in a row. */
export const MERGE_STRICTNESS = ["cell", "row", "table", "groups"] as const;
export type MergeStrictness = (typeof MERGE_STRICTNESS)[number];
