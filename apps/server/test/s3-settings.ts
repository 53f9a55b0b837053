import type { S3Stub } from "@granary/testkit/s3";

/** The settings of an installation whose tables lie in the stub. */
export function s3Settings(s3: S3Stub): Readonly<Record<string, string>> {
  return {
    GRANARY_STORAGE: `s3://${s3.bucket}/lake`,
    GRANARY_S3_ENDPOINT: s3.endpoint,
    GRANARY_S3_REGION: s3.region,
    GRANARY_S3_ACCESS_KEY_ID: s3.accessKeyId,
    GRANARY_S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
}
