import type { ChangeRequest, ChangeState, ChangeSummary, FormatDamage, RevisionOrigin } from "@granary/protocol";
import type { Tone } from "../../kit/status-badge.tsx";

export const STATE_WORDS = {
  draft: { text: "Draft", tone: "idle" },
  open: { text: "Open", tone: "info" },
  changes_requested: { text: "Changes requested", tone: "warn" },
  approved: { text: "Approved", tone: "good" },
  merging: { text: "Merging", tone: "busy" },
  merged: { text: "Merged", tone: "good" },
  closed: { text: "Closed", tone: "off" },
  superseded: { text: "Superseded", tone: "off" },
  reverted: { text: "Reverted", tone: "off" },
} as const satisfies Record<ChangeState, { readonly text: string; readonly tone: Tone }>;

/** What the filter of the list offers: whole groups first, then single states. */
export const STATE_CHOICES = {
  active: { label: "Not finished", states: ["draft", "open", "changes_requested", "approved", "merging"] },
  draft: { label: "Drafts", states: ["draft"] },
  open: { label: "Open for review", states: ["open"] },
  changes_requested: { label: "Changes requested", states: ["changes_requested"] },
  approved: { label: "Approved", states: ["approved", "merging"] },
  merged: { label: "Merged", states: ["merged", "reverted"] },
  closed: { label: "Closed without merging", states: ["closed", "superseded"] },
} as const satisfies Record<string, { readonly label: string; readonly states: readonly ChangeState[] }>;

export type StateChoice = keyof typeof STATE_CHOICES;
export const STATE_CHOICE_NAMES = Object.keys(STATE_CHOICES) as StateChoice[];

/** Why the old value is kept, and what happened to it. */
export const DAMAGE_WORDS = {
  leading_zeros: "leading zeros lost",
  scientific: "written with an exponent",
  rounded: "digits rounded away",
  date_format: "date written otherwise",
  plus_sign: "plus sign lost",
  decimal_comma: "decimal comma",
  trailing_zeros: "trailing zeros lost",
  letter_case: "only letter case differs",
  spaces: "only spaces differ",
  encoding: "letters garbled by another encoding",
  formula: "taken for a formula",
  empty_text: "empty text instead of none",
} as const satisfies Record<FormatDamage, string>;

export const ORIGIN_WORDS = {
  file: "from a file",
  edits: "edited in the grid",
  schema: "columns changed",
  revert: "takes a merged request back",
  selection: "parts accepted or left out",
  resolution: "conflicts decided",
  split: "split off another request",
} as const satisfies Record<RevisionOrigin, string>;

export const KIND_MARKS = {
  added: { letter: "A", word: "added" },
  modified: { letter: "M", word: "modified" },
  removed: { letter: "D", word: "deleted" },
  format: { letter: "F", word: "format only" },
  duplicate_key: { letter: "K", word: "key not unique" },
  null_key: { letter: "K", word: "key missing" },
} as const;

export type MarkKind = keyof typeof KIND_MARKS;

/** Whether it waits for verdicts or for being merged. */
export const isInReview = ({ state }: Pick<ChangeRequest, "state">): boolean => state === "open" || state === "changes_requested" || state === "approved";

/** Whether the reader may approve it or ask for changes now. */
export const mayDecide = (change: ChangeRequest): boolean => change.can.review && change.current !== null && isInReview(change);

type Counts = NonNullable<ChangeSummary["counts"]>;

/** What changed, most important first; kinds without rows are not named. */
export function marksOf(counts: Pick<Counts, "added" | "modified" | "removed" | "formatOnly">): readonly { readonly kind: MarkKind; readonly rows: number }[] {
  const all = [
    { kind: "added", rows: counts.added },
    { kind: "modified", rows: counts.modified },
    { kind: "removed", rows: counts.removed },
    { kind: "format", rows: counts.formatOnly },
  ] as const;
  return all.filter(({ rows }) => rows > 0);
}
