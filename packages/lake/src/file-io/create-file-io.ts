import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { problem } from "@granary/protocol";
import type { FileIo } from "./file-io.ts";
import { createLocalFileIo, DEFAULT_RECHECK_RATE } from "./local-file-io.ts";
import type { S3Access } from "./s3/index.ts";

/** How a warehouse's storage is reached. */
export interface StorageOptions {
  /** How often a file that this process found sound is read in full again: 1 always, 0 never, by default one time in a hundred. */
  readonly recheckRate?: number;
  /** Needed for `s3://`. */
  readonly s3?: S3Access & { readonly partBytes?: number };
  /** Local copies of files that lie elsewhere; needed for `s3://`. */
  readonly cache?: { readonly directory: string; readonly maxBytes: number };
}

/** A warehouse's place in an S3-compatible storage. */
export interface S3Place {
  readonly bucket: string;
  /** Without a slash at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** Takes an `s3://bucket/prefix` apart; undefined when it is none. */
export function parseS3Uri(uri: string): S3Place | undefined {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.*'()/=+-]*?))?\/?$/.exec(uri) ?? [];
  if (bucket === undefined || prefix.split("/").some((part, index) => part === "." || part === ".." || (part === "" && (index > 0 || prefix !== "")))) {
    return undefined;
  }
  return { bucket, prefix };
}

const nothingToClose = async (): Promise<void> => undefined;

/**
 * Opens the storage of a warehouse by the scheme of its URI: `file:///directory` or `s3://bucket/prefix`. All tables of a
 * warehouse lie in one storage. Throws `storage.unsupported` for anything else, `storage.cache_unusable`.
 */
export async function createFileIo(warehouseUri: string, options: StorageOptions): Promise<FileIo & AsyncDisposable> {
  const { recheckRate = DEFAULT_RECHECK_RATE, s3, cache } = options;
  if (warehouseUri.startsWith("file:///")) {
    const local = createLocalFileIo({ root: fileURLToPath(warehouseUri), recheckRate });
    return Object.assign(local, { [Symbol.asyncDispose]: nothingToClose });
  }
  const place = parseS3Uri(warehouseUri);
  if (place === undefined || s3 === undefined || cache === undefined) throw problem("storage.unsupported", { uri: warehouseUri });
  // Loaded when it is needed: the SDK takes memory that a local warehouse can spare.
  const { createS3FileIo } = await import("./s3/index.ts");
  return createS3FileIo({ ...s3, ...place, cache: { directory: join(cache.directory), maxBytes: cache.maxBytes, recheckRate } });
}
