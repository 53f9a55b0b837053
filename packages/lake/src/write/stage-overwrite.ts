import type { EngineSession } from "@granary/engine";
import type { StagedChange } from "../change/index.ts";
import { liveFiles } from "../files/index.ts";
import { layoutOf } from "./layout.ts";
import { removeRows } from "./stage-delete.ts";
import { branchOf, removedFile, stagedChange } from "./staged-change.ts";
import { type Staging, staging } from "./staging.ts";
import type { StageOverwriteInput } from "./types.ts";
import type { Removal } from "./apply-removals.ts";
import { expectedBytes, tableWork, withEngine, type WriteParts } from "./work.ts";
import { writeTyped } from "./write-typed.ts";

/** Everything goes, delete files included; no file has to be read for that. */
function removeAll({ table }: StageOverwriteInput): Removal {
  return { removed: table.entries.map(removedFile), touched: [], removedRows: table.rows, rewrittenFiles: 0 };
}

async function carryOut(session: EngineSession, parts: WriteParts, files: Staging, input: StageOverwriteInput): Promise<readonly [Removal, number]> {
  const { table, source, where, batch } = input;
  const live = liveFiles(table).data;
  const removal = where === undefined ? removeAll(input) : await removeRows(session, parts, files, { ...input, live, where });
  if (source === undefined) return [removal, 0];
  input.onPhase?.("writing");
  const bytes = await expectedBytes(source);
  return [removal, await writeTyped(session, files, { source, schema: table.schema, layout: layoutOf(table), batch, expectedBytes: bytes })];
}

/** Stages rows in place of all rows, or of those for which a condition is true. Fits only the very snapshot it was computed from. */
export async function stageOverwrite(parts: WriteParts, input: StageOverwriteInput): Promise<StagedChange> {
  const { table, source, where } = input;
  branchOf(table);
  const bytes = (await expectedBytes(source)) + (where === undefined ? 0 : tableWork(liveFiles(table).data));
  return staging(parts.fileIo, table.location, async (files) => {
    const needsEngine = source !== undefined || where !== undefined;
    const [removal, stored] = needsEngine
      ? await withEngine(parts, { bytes, signal: input.signal }, (session) => carryOut(session, parts, files, input))
      : [removeAll(input), 0];
    const added = await files.settle();
    return stagedChange({
      table,
      added,
      removed: removal.removed,
      guard: { kind: "head" },
      counts: { addedRows: stored, deletedRows: removal.removedRows, replacedRows: 0 },
    });
  });
}
