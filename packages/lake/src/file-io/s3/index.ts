export type { S3Access } from "./requests.ts";
export { createS3FileIo } from "./s3-file-io.ts";
