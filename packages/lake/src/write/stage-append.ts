import { layoutOf } from "./layout.ts";
import { branchOf, stagedChange } from "./staged-change.ts";
import { staging } from "./staging.ts";
import type { StageAppendInput, StagedRows } from "./types.ts";
import { expectedBytes, withEngine, type WriteParts } from "./work.ts";
import { writeSource } from "./write-source.ts";

/** Writes rows that are added to a table's branch. Throws `lake.columns_mismatch`, `lake.values_mismatch`, `storage.full`. */
export async function stageAppend(parts: WriteParts, input: StageAppendInput): Promise<StagedRows> {
  const { table, source, batch } = input;
  branchOf(table);
  const bytes = await expectedBytes(source);
  return staging(parts.fileIo, table.location, async (files) => {
    input.onPhase?.("writing");
    const { stored, rejected } = await withEngine(parts, { bytes, signal: input.signal }, (session) =>
      writeSource(session, files, { source, schema: table.schema, layout: layoutOf(table), batch, expectedBytes: bytes }),
    );
    const added = await files.settle();
    const change = stagedChange({ table, added, removed: [], guard: { kind: "none" }, counts: { addedRows: stored, deletedRows: 0, replacedRows: 0 } });
    return { ...change, rejectedCount: rejected.count, rejected: rejected.rows };
  });
}
