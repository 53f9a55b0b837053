import { call, column, type EngineSession, type Query } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { StagedChange, StagedFile } from "../change/index.ts";
import { type HeldFiles, holdFiles, type LiveDataFile, type LiveFiles, liveFiles, scanRelation } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import { layoutOf, type Staging, staging, withEngine, writeDataFiles } from "../write/index.ts";
import { type CompactionBin, type CompactionLimits, DEFAULT_LIMITS, planCompaction } from "./compaction-plan.ts";
import type { MaintainParts } from "./maintain-parts.ts";

export interface CompactionInput {
  /** The newest state of a branch. */
  readonly table: OpenTable;
  readonly limits?: Partial<CompactionLimits>;
  readonly signal?: AbortSignal | undefined;
}

/** Rows written anew, to be published; what it says of its sizes holds once that is done. */
export interface StagedCompaction extends StagedChange {
  readonly rewritten: { readonly files: number; readonly deleteFiles: number; readonly bytes: number };
}

/** The rows of a bin in the order they lie in, as the table's columns are now. */
function binRows(held: HeldFiles, table: OpenTable, bin: CompactionBin): Query {
  const fields = table.schema.fields.map(({ id, name }) => ({ fieldId: id, name }));
  return {
    kind: "select",
    items: fields.map(({ name }) => ({ expression: column(name), as: name })),
    from: scanRelation(held, fields, { files: bin.files }),
  };
}

async function countRows(session: EngineSession, held: HeldFiles, files: readonly LiveDataFile[]): Promise<number> {
  if (files.every((file) => file.positionDeletes.length + file.equalityDeletes.length === 0)) return files.reduce((sum, file) => sum + file.file.records, 0);
  const query: Query = { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }], from: scanRelation(held, [], { files }) };
  return Number((await session.run({ kind: "query", query })).rows[0]?.[0] ?? 0);
}

interface Rewriting {
  readonly parts: MaintainParts;
  readonly session: EngineSession;
  readonly staged: Staging;
  readonly input: CompactionInput;
}

/** Writes the rows of a bin anew; answers how many there are. */
async function rewrite({ parts, session, staged, input }: Rewriting, bin: CompactionBin): Promise<number> {
  const { table } = input;
  const fieldIds = table.schema.fields.map((field) => field.id);
  await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table, files: bin.files, fieldIds, signal: input.signal });
  await writeDataFiles(session, staged, { query: binRows(held, table, bin), schema: table.schema, layout: layoutOf(table), expectedBytes: bin.bytes });
  return await countRows(session, held, bin.files);
}

/** Delete files that concern no data file any more once some are gone. */
function needlessDeletes(table: OpenTable, live: LiveFiles, gone: ReadonlySet<string>): StagedChange["removed"] {
  const needed = new Set(
    live.data.filter((file) => !gone.has(file.file.uri)).flatMap((file) => [...file.positionDeletes, ...file.equalityDeletes].map((item) => item.file.uri)),
  );
  return table.entries.map((entry) => entry.file).filter((file) => file.content !== "data" && !needed.has(file.uri));
}

function requireAllRows(added: readonly StagedFile[], rows: number): void {
  const written = added.reduce((sum, file) => sum + file.records, 0);
  if (written !== rows) throw problem("storage.corrupt", { name: added[0]?.uri ?? "", reason: `${written} rows were written instead of ${rows}` });
}

/** Their rows are as old as the state they were read from: deletes that came later still find them, earlier ones are already applied. */
function withNumber(added: readonly StagedFile[], table: OpenTable): readonly StagedFile[] {
  return added.map((file) => ({ ...file, sequenceNumber: table.sequenceNumber }));
}

/**
 * Writes small files, and files with many deleted rows, anew as files of a good size, sorted and partitioned as the table
 * asks now; rows stay what they are. Undefined when nothing is worth it. Memory and time are bounded by `limits.maxBytes`:
 * call it again, after publishing, until it answers undefined.
 */
export async function stageCompaction(parts: MaintainParts, input: CompactionInput): Promise<StagedCompaction | undefined> {
  const { table, signal } = input;
  const branch = table.branch;
  if (branch === null) throw problem("lake.unsupported", { reason: "only the newest state of a branch can be compacted" });
  const live = liveFiles(table);
  const bins = planCompaction(table, live.data, { ...DEFAULT_LIMITS, ...input.limits });
  const files = bins.flatMap((bin) => bin.files);
  const gone = new Set(files.map((file) => file.file.uri));
  const needless = needlessDeletes(table, live, gone);
  if (bins.length === 0 && needless.length === 0) return undefined;
  const bytes = bins.reduce((sum, bin) => sum + bin.bytes, 0);
  const added = await staging(parts.fileIo, table.location, async (staged) => {
    if (bins.length === 0) return [];
    const rows = await withEngine(parts, { bytes, signal }, async (session) => {
      let sum = 0;
      for (const bin of bins) sum += await rewrite({ parts, session, staged, input }, bin);
      return sum;
    });
    const settled = await staged.settle();
    requireAllRows(settled, rows);
    return withNumber(settled, table);
  });
  return {
    workspaceId: table.workspaceId,
    tableName: table.tableName,
    tableUuid: table.tableUuid,
    location: table.location,
    branch,
    operation: "replace",
    baseSnapshotId: table.snapshotId,
    schema: table.schema,
    added,
    removed: [...files.map((file) => file.file), ...needless].map(({ uri, content, records, bytes: size }) => ({ uri, content, records, bytes: size })),
    guard: { kind: "files", uris: [...gone] },
    counts: { addedRows: 0, deletedRows: 0, replacedRows: 0 },
    rewritten: {
      files: files.length,
      deleteFiles: needless.length,
      bytes: [...files.map((file) => file.file), ...needless].reduce((sum, file) => sum + file.bytes, 0),
    },
  };
}
