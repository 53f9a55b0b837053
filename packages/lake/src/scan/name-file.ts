import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { OpenTable } from "../table/index.ts";

/**
 * Says which file the engine could not read. Needed for files of other writers alone: they have no checksum by which they
 * would be found damaged before.
 */
export async function namingFile<T>(tables: readonly OpenTable[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error, "engine.statement_failed") || !(error.cause instanceof Error)) throw error;
    const { message } = error.cause;
    const names = tables.flatMap((table) => table.entries.map((entry) => entry.file.uri.slice(entry.file.uri.lastIndexOf("/") + 1)));
    const name = names.find((candidate) => message.includes(candidate));
    throw name === undefined ? error : problem("storage.corrupt", { name, reason: "the data engine cannot read it" }, { cause: error });
  }
}
