import { columnsOf, compare, type EngineSession, type Expression, literal } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { StagedChange } from "../change/index.ts";
import { type LiveDataFile, liveFiles, pruneFiles, storedColumn, storedFieldId, whollyMatching } from "../files/index.ts";
import { BATCH_COLUMN, type OpenTable } from "../table/index.ts";
import { applyRemovals, type Removal } from "./apply-removals.ts";
import { layoutOf } from "./layout.ts";
import { holdRows } from "./live-rows.ts";
import { isSmall } from "./removals.ts";
import { removeWhere } from "./removed-where.ts";
import { stageUpsert } from "./stage-upsert.ts";
import { branchOf, removedFile, stagedChange } from "./staged-change.ts";
import { type Staging, staging } from "./staging.ts";
import type { ChangeInput, StageDeleteInput } from "./types.ts";
import { tableWork, withEngine, type WriteParts } from "./work.ts";

/** The fields a condition reads. Throws `lake.plan_invalid` for anything but stored columns of the table. */
function fieldsOf(table: OpenTable, where: Expression): readonly number[] {
  return [...columnsOf(where)].map((name) => {
    const id = storedFieldId(name);
    if (!table.schema.fields.some((field) => field.id === id)) throw problem("lake.plan_invalid", { reason: `the table has no field ${id}` });
    return id;
  });
}

/** Files whose rows all go need not be read. */
function dropFiles(files: readonly LiveDataFile[]): Removal {
  return {
    removed: files.map(removedFile),
    touched: files.map((file) => file.file.uri),
    removedRows: files.reduce((sum, file) => sum + file.file.records, 0),
    rewrittenFiles: 0,
  };
}

/** Takes the rows out for which a condition over stored columns is true. Reads the files that may have such rows, of them the columns it names. */
export async function removeRows(
  session: EngineSession,
  parts: WriteParts,
  files: Staging,
  input: Pick<ChangeInput, "table" | "signal" | "onPhase"> & { readonly live: readonly LiveDataFile[]; readonly where: Expression },
): Promise<Removal> {
  const { table, live, where } = input;
  const fieldIds = fieldsOf(table, where);
  const whole = whollyMatching({ data: live }, table.schema, where, table.partitionSpecs);
  const near = pruneFiles({ data: live }, table.schema, where, table.partitionSpecs).data.filter((file) => !whole.includes(file));
  const dropped = dropFiles(whole);
  if (near.length === 0) return dropped;
  const rest = live.filter((file) => !whole.includes(file));
  await using held = await holdRows({ fileIo: parts.fileIo, session }, table, isSmall(rest) ? rest : near, input.signal);
  input.onPhase?.("matching");
  await removeWhere(session, held, { files: near, fieldIds, where });
  input.onPhase?.("writing");
  const read = await applyRemovals(session, files, { table, layout: layoutOf(table), live: rest, held, coming: { rows: 0, replaced: 0 }, expectedBytes: 0 });
  return {
    removed: [...dropped.removed, ...read.removed],
    touched: [...dropped.touched, ...read.touched],
    removedRows: dropped.removedRows + read.removedRows,
    rewrittenFiles: read.rewrittenFiles,
  };
}

function ofBatch(table: OpenTable, batch: string): Expression {
  const field = table.schema.fields.find((candidate) => candidate.name === BATCH_COLUMN);
  if (field === undefined) throw problem("lake.columns_mismatch", { reason: "it keeps no batches" });
  return compare(storedColumn(field.id), "=", literal(batch));
}

async function deleteWhere(parts: WriteParts, input: ChangeInput, where: Expression): Promise<StagedChange> {
  const { table } = input;
  branchOf(table);
  const live = liveFiles(table).data;
  return staging(parts.fileIo, table.location, async (files) => {
    const removal = await withEngine(parts, { bytes: tableWork(live), signal: input.signal }, (session) =>
      removeRows(session, parts, files, { ...input, live, where }),
    );
    return stagedChange({
      table,
      added: await files.settle(),
      removed: removal.removed,
      guard: { kind: "files", uris: removal.touched },
      counts: { addedRows: 0, deletedRows: removal.removedRows, replacedRows: 0 },
    });
  });
}

/**
 * Stages taking rows out of a table: those for which a condition is true, those a batch brought, or those with certain keys.
 * Throws `lake.plan_invalid` for a condition that names anything but the table's fields.
 */
export async function stageDelete(parts: WriteParts, input: StageDeleteInput): Promise<StagedChange> {
  if ("where" in input) return deleteWhere(parts, input, input.where);
  if ("rowsOfBatch" in input) return deleteWhere(parts, input, ofBatch(input.table, input.rowsOfBatch));
  const { table, keysIn, keys, signal, onPhase } = input;
  return stageUpsert(parts, {
    table,
    source: keysIn,
    mode: "delete",
    ...(keys === undefined ? {} : { keys }),
    ...(signal === undefined ? {} : { signal }),
    ...(onPhase === undefined ? {} : { onPhase }),
  });
}
