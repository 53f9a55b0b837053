export { type FieldUse, NO_COLUMN, type ScanOptions, scanRelation } from "./scan-relation.ts";
export { findField, type HeldFiles, holdFiles, type ScanTable } from "./hold-files.ts";
export { DELETE_PATH_FIELD, DELETE_POSITION_FIELD, type LiveDataFile, type LiveFiles, liveFiles } from "./live-files.ts";
export { pruneFiles } from "./prune-files.ts";
export { readLayouts } from "./read-layouts.ts";
export { whollyMatching } from "./wholly-matching.ts";
export { sortFiles } from "./sort-reach.ts";
export { isSettled } from "./settled-condition.ts";
export { storedColumn, storedFieldId, storedName } from "./stored-column.ts";
