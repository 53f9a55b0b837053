export type { Timeouts } from "./deadline.ts";
export type { S3Access } from "./requests.ts";
export type { RetryPolicy } from "./retry.ts";
export { createS3FileIo, type S3FileIoOptions } from "./s3-file-io.ts";
