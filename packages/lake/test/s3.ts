import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileIo, type FileIo, type StorageOptions } from "../src/file-io/index.ts";
import { type S3Stub, type S3StubOptions, startS3Stub } from "@granary/testkit/s3";

/** Times short enough to wait for in a test. */
const QUICK = {
  timeouts: { connectMs: 1_000, idleMs: 200, totalMs: 1_000, slowestBytesPerMs: 100_000 },
  retry: { attempts: 4, baseDelayMs: 1, maxDelayMs: 2 },
} as const;

/** What `createFileIo` needs to reach the stub. */
export function storageOptions(s3: S3Stub, directory: string, maxBytes = 1_000_000_000): StorageOptions {
  const { accessKeyId, secretAccessKey, endpoint, region } = s3;
  return { s3: { endpoint, region, credentials: { accessKeyId, secretAccessKey }, ...QUICK }, cache: { directory, maxBytes } };
}

/** A warehouse in a storage of its own, with a cache directory of its own. */
export interface S3Bed extends AsyncDisposable {
  readonly s3: S3Stub;
  readonly fileIo: FileIo & AsyncDisposable;
  readonly dir: string;
  readonly cache: string;
  readonly warehouse: string;
  /** Another process's view of the same: nothing in its memory, and the same cache directory unless another is named. */
  another(options?: Partial<{ readonly maxBytes: number; readonly cache: string }>): Promise<FileIo & AsyncDisposable>;
}

export async function s3Bed(options: S3StubOptions = {}): Promise<S3Bed> {
  const stack = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), "granary-s3-"));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const s3 = stack.use(await startS3Stub(options));
  const warehouse = `s3://${s3.bucket}/ware/house`;
  const cache = join(dir, "cache");
  const open = async (directory: string, maxBytes?: number): Promise<FileIo & AsyncDisposable> =>
    stack.use(await createFileIo(warehouse, { ...storageOptions(s3, directory, maxBytes), recheckRate: 0 }));
  return {
    s3,
    dir,
    cache,
    warehouse,
    fileIo: await open(cache),
    another: (other = {}) => open(other.cache ?? cache, other.maxBytes),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
