export { comparable, inType } from "./comparable.ts";
export { type Comparisons, comparisons } from "./comparisons.ts";
export { diff } from "./diff.ts";
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
export { widerType } from "./wider-type.ts";
