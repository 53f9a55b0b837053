import type { ChangeState } from "@granary/protocol";

/** Where a request may go from each state. A state that names itself stays while something else about the request changes. */
const TRANSITIONS: Readonly<Record<ChangeState, readonly ChangeState[]>> = {
  draft: ["draft", "open", "approved", "closed", "superseded"],
  open: ["open", "changes_requested", "approved", "merging", "closed", "superseded"],
  changes_requested: ["changes_requested", "open", "approved", "merging", "closed", "superseded"],
  approved: ["approved", "open", "changes_requested", "merging", "closed", "superseded"],
  merging: ["merged", "approved", "open", "changes_requested"],
  merged: ["reverted"],
  closed: ["draft", "open", "changes_requested", "approved"],
  superseded: [],
  reverted: [],
};

export const mayMove = (from: ChangeState, to: ChangeState): boolean => TRANSITIONS[from].includes(to);

/** In front of its reviewers. */
export const isInReview = (state: ChangeState): boolean => state === "open" || state === "changes_requested" || state === "approved";

/** Whether something else may still be proposed. */
export const isProposable = (state: ChangeState): boolean => state === "draft" || isInReview(state);

/** States as sentences name them. */
const WORDS: Readonly<Partial<Record<ChangeState, string>>> = { draft: "a draft", changes_requested: "waiting for its author", merging: "being merged" };

export const stateWords = (state: ChangeState): string => WORDS[state] ?? state;
