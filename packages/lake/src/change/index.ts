export type { CommitParts } from "./commit-parts.ts";
export { publish } from "./publish.ts";
export type { Committed, Published, PublishOptions } from "./published.ts";
export type { ChangeCounts, Guard, KeyRange, RemovedFile, StagedChange, StagedFile, StoredChangeSet } from "./staged-change.ts";
export type { TableDefinition } from "./table-definition.ts";
