export { type Comparisons, comparisons } from "./comparisons.ts";
export { STORED } from "./names.ts";
export { storeChangeSet } from "./store-change-set.ts";
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
