export { comparable, inType } from "./comparable.ts";
export { type Comparisons, comparisons } from "./comparisons.ts";
export { diff, type DiffParts } from "./diff.ts";
export type { Alignment, ComparedColumn } from "./align-columns.ts";
export { changeOrder } from "./change-query.ts";
export { duplicateKeys, faultCounts, isIdentified } from "./key-queries.ts";
export { DUPLICATES, keyName, NEW, OLD, PLACE, sided, STORED, valueName } from "./names.ts";
export { FORMAT_ONLY, isChanged, SHOWS_NEW, SHOWS_OLD, shownChanges, shownDamage, shownNew, shownOld } from "./shown-changes.ts";
export { storeChangeSet } from "./store-change-set.ts";
export { wholeRowChanges } from "./whole-row-query.ts";
export type {
  Change,
  ChangeKind,
  ChangePage,
  ChangeSet,
  ChangesRequest,
  DiffCounts,
  DiffPath,
  DiffPhase,
  DiffRequest,
  DiffResult,
  KeyCheck,
  KeyCheckRequest,
  KeyFaults,
  ProposedRows,
  SchemaDifference,
} from "./types.ts";
export { widerType } from "./wider-type.ts";
