import { layoutOf } from "./layout.ts";
import { branchOf, stagedChange } from "./staged-change.ts";
import { staging } from "./staging.ts";
import type { StagedChange } from "../change/index.ts";
import type { StageAppendInput } from "./types.ts";
import { expectedBytes, withEngine, type WriteParts } from "./work.ts";
import { writeTyped } from "./write-typed.ts";

/** Writes rows that are added to a table's branch. Throws `lake.columns_mismatch`, `lake.values_mismatch`, `storage.full`. */
export async function stageAppend(parts: WriteParts, input: StageAppendInput): Promise<StagedChange> {
  const { table, source, batch } = input;
  branchOf(table);
  const bytes = await expectedBytes(source);
  return staging(parts.fileIo, table.location, async (files) => {
    input.onPhase?.("writing");
    const stored = await withEngine(parts, { bytes, signal: input.signal }, (session) =>
      writeTyped(session, files, { source, schema: table.schema, layout: layoutOf(table), batch, expectedBytes: bytes }),
    );
    const added = await files.settle();
    return stagedChange({ table, added, removed: [], guard: { kind: "none" }, counts: { addedRows: stored, deletedRows: 0, replacedRows: 0 } });
  });
}
