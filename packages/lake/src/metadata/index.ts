export { addSnapshot } from "./add-snapshot.ts";
export { expireSnapshots, type Expired, type ExpireInput } from "./expire-snapshots.ts";
export { firstLayout, type PartitionFieldInput, setPartitionSpec, setSortOrder, type SortFieldInput } from "./layout.ts";
export { type LoggedMetadata, logMetadata } from "./log-metadata.ts";
export { newTableMetadata, type NewTableInput } from "./new-table-metadata.ts";
export { dropRef, fastForward, type RefInput, setRef } from "./refs.ts";
export { setProperties } from "./set-properties.ts";
export { ancestorsOf, commitTime, getSnapshot, isAncestor, MAIN, nextSequenceNumber } from "./snapshots-of.ts";
