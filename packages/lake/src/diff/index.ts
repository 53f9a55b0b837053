export { type Comparisons, comparisons } from "./comparisons.ts";
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
