import { chooseChanges } from "./choose-changes.ts";
import { compareProposals } from "./compare-proposals.ts";
import { conflictRows } from "./conflict-rows.ts";
import { preflight } from "./preflight.ts";
import { resolveChanges } from "./resolve-changes.ts";
import type { MergeParts } from "./session-work.ts";
import { stageMerge } from "./stage-merge.ts";
import type { Merging } from "./types.ts";

export function merging(parts: MergeParts): Merging {
  return {
    preflight: (input) => preflight(parts, input),
    conflictRows: (conflictSet, request) => conflictRows(parts, conflictSet, request),
    resolveChanges: (changeSet, input) => resolveChanges(parts, changeSet, input),
    chooseChanges: (changeSet, input) => chooseChanges(parts, changeSet, input),
    compareProposals: (older, newer, options) => compareProposals(parts, older, newer, options),
    stageMerge: (input) => stageMerge(parts, input),
  };
}
