import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { CliError } from "../exit-codes.ts";

/** A file to upload, read while it is sent and not before. */
export async function openFile(path: string): Promise<{ readonly file: Blob; readonly fileName: string }> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw new CliError("usage", `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  });
  if (!entry.isFile()) throw new CliError("usage", `${path} is not a file.`);
  return { file: await openAsBlob(path), fileName: basename(path) };
}
