export { createFileIo, parseS3Uri, type S3Place, type StorageOptions } from "./create-file-io.ts";
export type { ExpectedFile, FileIo, ListedFile, LocalFile, StoredFile } from "./file-io.ts";
export { createLocalFileIo, type LocalFileIoOptions } from "./local-file-io.ts";
export { isReachable, probeStorage } from "./probe.ts";
