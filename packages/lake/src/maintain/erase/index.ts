export { erase } from "./erase.ts";
export type { ErasedSnapshot, EraseRequest, Erasure, ReplacedChangeSet } from "./types.ts";
