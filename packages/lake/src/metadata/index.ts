export { addSnapshot } from "./add-snapshot.ts";
export { ERASED_TABLE } from "./erased-table.ts";
export { expireSnapshots } from "./expire-snapshots.ts";
export { firstLayout, type PartitionFieldInput, setPartitionSpec, setSortOrder, type SortFieldInput } from "./layout.ts";
export { logMetadata } from "./log-metadata.ts";
export { newTableMetadata } from "./new-table-metadata.ts";
export { dropRef, fastForward, setRef } from "./refs.ts";
export { setProperties } from "./set-properties.ts";
export { commitTime, nextSequenceNumber } from "./snapshots-of.ts";
