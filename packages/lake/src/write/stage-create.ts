import { randomUUID } from "node:crypto";
import type { StagedChange } from "../change/index.ts";
import { checkTableRef } from "../catalog/index.ts";
import { layoutOfNew } from "./layout.ts";
import { staging } from "./staging.ts";
import type { StageCreateInput } from "./types.ts";
import { expectedBytes, withEngine, type WriteParts } from "./work.ts";
import { writeTyped } from "./write-typed.ts";

/** Where a new table lies. Names are used again after a table is dropped, places never. */
export const newLocation = ({ warehouseUri }: WriteParts, ref: { readonly workspaceId: string; readonly tableName: string }): string =>
  `${warehouseUri}/${ref.workspaceId}/${ref.tableName}-${randomUUID()}`;

/** A table that is to be made, with its first rows if there are any. Throws `lake.columns_mismatch`, `lake.values_mismatch`, `storage.full`. */
export async function stageCreate(parts: WriteParts, input: StageCreateInput): Promise<StagedChange> {
  checkTableRef(input);
  const { workspaceId, tableName, schema, definition, source, batch } = input;
  const location = newLocation(parts, input);
  const layout = layoutOfNew(schema, definition);
  const bytes = await expectedBytes(source);
  return staging(parts.fileIo, location, async (files) => {
    if (source !== undefined) input.onPhase?.("writing");
    const stored =
      source === undefined
        ? 0
        : await withEngine(parts, { bytes, signal: input.signal }, (session) =>
            writeTyped(session, files, { source, schema, layout, batch, expectedBytes: bytes }),
          );
    const added = await files.settle();
    return {
      workspaceId,
      tableName,
      tableUuid: null,
      location,
      branch: "main",
      operation: "append",
      baseSnapshotId: null,
      schema,
      ...(definition === undefined ? {} : { definition }),
      added,
      removed: [],
      guard: { kind: "none" },
      counts: { addedRows: stored, deletedRows: 0, replacedRows: 0 },
    };
  });
}
