export { fileConnector } from "./file-connector.ts";
export type { FileStore, ListedFile } from "./file-store.ts";
export { fileTarget } from "./write-files.ts";
