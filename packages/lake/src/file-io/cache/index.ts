export { type Fetch, FileCache, type FileCacheOptions } from "./file-cache.ts";
