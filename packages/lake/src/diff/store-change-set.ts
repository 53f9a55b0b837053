import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { EngineSession, Query } from "@granary/engine";
import type { FileIo } from "../file-io/index.ts";
import type { ChangeSet } from "./types.ts";

/** Where change sets lie, below a table's location; nothing else lies there. */
const CHANGE_SETS = "changes";

/** Pages are read from some position on: small row groups keep what has to be skipped small. */
const ROW_GROUP_ROWS = 20_480;

/**
 * Writes the rows of a change set, in their order, to a file of the warehouse. `look` may read the finished file before it
 * moves to its place. Undefined, and no file, when there are no rows.
 */
export async function storeChangeSet<T>(
  session: EngineSession,
  fileIo: FileIo,
  input: { readonly query: Query; readonly location: string },
  look: (path: string) => Promise<T>,
): Promise<{ readonly file: NonNullable<ChangeSet["file"]>; readonly counted: T } | undefined> {
  const scratch = await fileIo.scratchPath("changes.parquet");
  try {
    const { rows, columns } = await session.run({
      kind: "copy",
      query: input.query,
      path: scratch,
      format: { kind: "parquet", rowGroupRows: ROW_GROUP_ROWS, compression: "zstd" },
    });
    const records = Number(rows[0]?.[columns.findIndex((column) => column.name === "count")] ?? 0);
    if (records === 0) return undefined;
    const counted = await look(scratch);
    const stored = await fileIo.publish(scratch, `${input.location}/${CHANGE_SETS}/${randomUUID()}.parquet`);
    return { file: { ...stored, records }, counted };
  } finally {
    await rm(scratch, { force: true });
  }
}
