export type { ExpectedFile, FileIo, ListedFile, LocalFile, StoredFile } from "./file-io.ts";
export { createLocalFileIo, type LocalFileIoOptions } from "./local-file-io.ts";
