export { diskThreads } from "./disk-threads.ts";
export type { SmallFile } from "./store-small-files.ts";
