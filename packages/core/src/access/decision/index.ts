export {
  type ColumnDecision,
  decide,
  type Decision,
  type DecidedDataset,
  type DecisionInput,
  type FilterDecision,
  type FilterReader,
  intersect,
} from "./decide.ts";
export { type CompiledPolicies, compilePolicies } from "./compile.ts";
export { type Deciding } from "./load-policies.ts";
export type { Policy, ReaderFacts } from "./policy.ts";
export { type NamedDatasets, type Reach, reachOf } from "./reach.ts";
export { eyesOf, findReaders, type Reader, readerFacts, readerOf, type SelectedFacts } from "./reader-facts.ts";
