export { exportAccesses, getAccessTimeline, listAccesses } from "./queries/list-accesses.ts";
export { listDatasetReaders } from "./queries/list-readers.ts";
