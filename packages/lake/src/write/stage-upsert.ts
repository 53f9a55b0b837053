import type { EngineSession } from "@granary/engine";
import type { Guard } from "../change/index.ts";
import { type LiveDataFile, liveFiles, pruneFiles } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { BATCH_COLUMN } from "../table/index.ts";
import { applyRemovals, type Removal } from "./apply-removals.ts";
import { layoutOf } from "./layout.ts";
import { matchRows } from "./match-rows.ts";
import { holdRows } from "./live-rows.ts";
import { createRemoved, isSmall } from "./removals.ts";
import { keyFields, keyRanges, withinRanges } from "./row-keys.ts";
import { branchOf, stagedChange } from "./staged-change.ts";
import { type Staging, staging } from "./staging.ts";
import type { StagedUpsert, StageUpsertInput, UpsertMode } from "./types.ts";
import { type ActionCounts, decideActions } from "./upsert-actions.ts";
import { type LoadedSource, loadSource } from "./upsert-source.ts";
import { expectedBytes, tableWork, withEngine, type WriteParts } from "./work.ts";

interface Upsert {
  readonly input: StageUpsertInput;
  readonly mode: UpsertMode;
  readonly keys: readonly IcebergField[];
  readonly live: readonly LiveDataFile[];
  readonly bytes: number;
}

interface Outcome {
  readonly source: LoadedSource;
  readonly actions: ActionCounts;
  readonly removal: Removal;
}

const comparesValues = (mode: UpsertMode): boolean => mode === "upsert" || mode === "update-only";

function incomingOf({ input, mode }: Upsert, source: LoadedSource) {
  if (mode === "delete") return undefined;
  const given = new Set(source.fields.map((field) => field.id));
  return { given: source.fields, kept: input.table.schema.fields.filter((field) => !given.has(field.id)) };
}

async function carryOut(session: EngineSession, parts: WriteParts, files: Staging, upsert: Upsert): Promise<Outcome> {
  const { input, mode, keys, live } = upsert;
  const { table } = input;
  input.onPhase?.("reading");
  const source = await loadSource(session, table, { ...input, keys, keysOnly: mode === "delete" });
  const near = pruneFiles({ data: live }, table.schema, withinRanges(keys, source.keys), table.partitionSpecs).data;
  await using held = await holdRows({ fileIo: parts.fileIo, session }, table, isSmall(live) ? live : near, input.signal);
  input.onPhase?.("matching");
  const isKey = new Set(keys.map((key) => key.id));
  const compared = source.fields.filter((field) => !isKey.has(field.id) && field.name !== BATCH_COLUMN);
  await matchRows(session, { held, files: near, keys, sourceRows: source.keys.rows, compared: comparesValues(mode) ? compared : undefined });
  const actions = await decideActions(session, mode);
  await createRemoved(session);
  input.onPhase?.("writing");
  const removal = await applyRemovals(session, files, {
    table,
    layout: layoutOf(table),
    live,
    held,
    incoming: incomingOf(upsert, source),
    coming: { rows: actions.add + actions.replace, replaced: actions.replace },
    expectedBytes: upsert.bytes,
  });
  return { source, actions, removal };
}

function guardOf({ mode, keys }: Upsert, { source, removal }: Outcome): Guard {
  if (mode === "update-only" && removal.touched.length === 0) return { kind: "none" };
  return { kind: "keys", uris: removal.touched, keys: keyRanges(keys, source.keys) };
}

/** What matching came to, but for the files it stored. */
export type MatchedRows = Pick<StagedUpsert, "rows" | "rewrittenFiles" | "removed" | "guard" | "counts">;

/** Matches a source's rows with a table's in a session, and stores what follows. Throws as `stageUpsert` does. */
export async function upsertRows(session: EngineSession, parts: WriteParts, files: Staging, input: StageUpsertInput): Promise<MatchedRows> {
  const { table, source, mode = "upsert" } = input;
  const bytes = await expectedBytes(source);
  const upsert: Upsert = { input, mode, keys: keyFields(table, input.keys), live: liveFiles(table).data, bytes };
  const outcome = await carryOut(session, parts, files, upsert);
  const { actions, removal } = outcome;
  const deleted = removal.removedRows - actions.replace;
  return {
    removed: removal.removed,
    guard: guardOf(upsert, outcome),
    counts: { addedRows: actions.add, deletedRows: deleted, replacedRows: actions.replace },
    rows: { added: actions.add, updated: actions.replace, unchanged: actions.same, deleted, ignored: actions.ignore },
    rewrittenFiles: removal.rewrittenFiles,
  };
}

/**
 * Matches a source's rows with a table's by key, and stages what follows. Rows that already hold the very values are left as
 * they are. Throws `lake.keys_missing`, `lake.null_keys`, `lake.duplicate_keys`, `lake.columns_mismatch`, `lake.values_mismatch`.
 */
export async function stageUpsert(parts: WriteParts, input: StageUpsertInput): Promise<StagedUpsert> {
  const { table, source, signal } = input;
  branchOf(table);
  keyFields(table, input.keys);
  const bytes = (await expectedBytes(source)) + tableWork(liveFiles(table).data);
  return staging(parts.fileIo, table.location, async (files) => {
    const { rows, rewrittenFiles, ...change } = await withEngine(parts, { bytes, signal }, (session) => upsertRows(session, parts, files, input));
    return { ...stagedChange({ table, added: await files.settle(), ...change }), rows, rewrittenFiles };
  });
}
