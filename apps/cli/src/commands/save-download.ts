import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { Download } from "@granary/client";

/** Writes a download to a file, which appears when it is complete, or to standard output. */
export async function saveDownload(download: Download, file: string | undefined, standardOutput: Writable): Promise<void> {
  const source = Readable.fromWeb(download.stream as ReadableStream);
  if (file === undefined || file === "-") return pipeline(source, standardOutput, { end: false });
  const staging = `${file}.${process.pid}.part`;
  try {
    await pipeline(source, createWriteStream(staging, { flush: true }));
    await rename(staging, file);
  } finally {
    await rm(staging, { force: true });
  }
}
