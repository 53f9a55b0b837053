export type { Committed, Published, PublishOptions } from "./published.ts";
export type { ChangeCounts, Guard, KeyRange, RemovedFile, StagedChange, StagedFile, StoredChangeSet } from "./staged-change.ts";
export type { TableDefinition } from "./table-definition.ts";
