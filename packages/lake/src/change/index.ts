export { changeMetadata, type CreatedTable, type NewTable } from "./change-metadata.ts";
export type { CommitInput } from "./commit.ts";
export type { CommitParts } from "./commit-parts.ts";
export type { MovedRef, NewRef } from "./move-branch.ts";
export type { Committed, Published, PublishOptions } from "./published.ts";
export type { RollbackInput } from "./roll-back.ts";
export type { ChangeCounts, Guard, KeyRange, RemovedFile, StagedChange, StagedFile, StoredChangeSet } from "./staged-change.ts";
export { type TableChanges, tableChanges } from "./table-changes.ts";
export type { TableDefinition } from "./table-definition.ts";
