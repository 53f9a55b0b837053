export { diskThread } from "./disk-thread.ts";
export type { SmallFile } from "./store-small-files.ts";
