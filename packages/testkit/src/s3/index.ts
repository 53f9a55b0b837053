export type { PlannedFault, S3Fault, S3Operation } from "./faults.ts";
export { type S3Stub, type S3StubOptions, startS3Stub } from "./start-s3-stub.ts";
