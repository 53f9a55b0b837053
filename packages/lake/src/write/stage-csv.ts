import { type CsvDialect, type EngineSession, type LoadedCsv, loadCsv, type TaskProgress } from "@granary/engine";
import { problem } from "@granary/protocol";
import { checkTableRef, type TableRef } from "../catalog/index.ts";
import type { StagedChange } from "../change/index.ts";
import type { AddColumn } from "../schema/index.ts";
import { type OpenTable, withFields } from "../table/index.ts";
import { mapNewTable, mappedItems, type Mapping, mapToTarget, schemaOfNew, toStagedColumn } from "./csv-mapping.ts";
import { layoutOf, layoutOfNew } from "./layout.ts";
import { newLocation } from "./stage-create.ts";
import { upsertRows } from "./stage-upsert.ts";
import { branchOf, type ChangeParts, removedFile, stagedChange } from "./staged-change.ts";
import type { StagedImport } from "./staged-import.ts";
import { type Staging, staging } from "./staging.ts";
import type { QuerySource } from "./types.ts";
import { expectedBytes, type WriteParts } from "./work.ts";
import { writeTyped } from "./write-source.ts";

const DEFAULT_MAX_REJECTED = 1000;

/** What is going on: reading the file, deciding types, or writing the stored rows. Bytes are those of the source. */
export interface ImportProgress extends TaskProgress {
  readonly phase: "reading" | "typing" | "writing";
}

export interface StageCsvInput extends TableRef {
  /** A local file. */
  readonly path: string;
  /** The table the rows are for; left out for a new table. */
  readonly target?: OpenTable;
  /** What becomes of the target's rows: the file's are added (the default), come in place of all, or are matched with them by key. */
  readonly mode?: "append" | "replace" | "upsert";
  /** Field ids an upsert matches by; by default the target's key columns. */
  readonly keys?: readonly number[];
  /** Whether the target gets columns it does not have; else such a file is refused. */
  readonly mayAddColumns?: boolean;
  /** What a person said about the file; the rest is detected. */
  readonly dialect?: Partial<CsvDialect>;
  /** Kept with every row, so that the rows of a batch can be filtered and deleted later. */
  readonly batch?: string;
  readonly maxRejected?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

interface Loaded {
  readonly csv: LoadedCsv;
  readonly mapping: readonly Mapping[];
  readonly newColumns: readonly AddColumn[];
  /** The target as its rows will fit it; undefined for a new table. */
  readonly target: OpenTable | undefined;
}

async function map(session: EngineSession, csv: LoadedCsv, { target, mayAddColumns = false }: StageCsvInput): Promise<Loaded> {
  if (target === undefined) return { csv, mapping: await mapNewTable(session, csv), newColumns: [], target };
  const { mapping, added } = await mapToTarget(session, csv, target, mayAddColumns);
  const fields = added.map((item) => item.field);
  return { csv, mapping, newColumns: fields.map(({ name, type }) => ({ kind: "add", name, type })), target: withFields(target, fields) };
}

async function load(session: EngineSession, input: StageCsvInput, report: (phase: "typing" | "writing", progress: TaskProgress) => void): Promise<Loaded> {
  const { dialect } = input;
  const maxRejected = input.maxRejected ?? DEFAULT_MAX_REJECTED;
  const csv = await loadCsv(session, { path: input.path, maxRejected, ...(dialect === undefined ? {} : { dialect }) });
  const done = { bytes: csv.inspection.bytes, rows: csv.loaded };
  report("typing", done);
  const loaded = await map(session, csv, input);
  report("writing", done);
  return loaded;
}

function requireAll(csv: LoadedCsv, stored: number): void {
  if (stored !== csv.loaded) throw problem("csv.unbalanced", { scanned: csv.inspection.records, loaded: stored, rejected: csv.rejectedCount });
}

/** What storing the rows came to: all but the files. */
type Change = Omit<ChangeParts, "table" | "added"> & { readonly matched?: NonNullable<StagedImport["matched"]> };

interface Work {
  readonly input: StageCsvInput;
  readonly loaded: Loaded;
}

const sourceOf = ({ csv, mapping }: Loaded): QuerySource => ({ query: { kind: "select", items: mappedItems(mapping), from: csv.relation } });

async function write(session: EngineSession, files: Staging, input: StageCsvInput, loaded: Loaded): Promise<void> {
  const { csv, mapping, target } = loaded;
  if (csv.loaded === 0 || mappedItems(mapping).length === 0) return;
  const schema = target?.schema ?? schemaOfNew(mapping, input.batch);
  const source = sourceOf(loaded);
  const layout = target === undefined ? layoutOfNew(schema, undefined) : layoutOf(target);
  requireAll(csv, await writeTyped(session, files, { source, schema, layout, batch: input.batch, expectedBytes: await expectedBytes(source) }));
}

async function upsert(session: EngineSession, parts: WriteParts, files: Staging, work: Work & { readonly table: OpenTable }): Promise<Change> {
  const { input, loaded, table } = work;
  const { batch, keys, signal } = input;
  const { rows, removed, guard, counts } = await upsertRows(session, parts, files, {
    table,
    source: sourceOf(loaded),
    ...(batch === undefined ? {} : { batch }),
    ...(keys === undefined ? {} : { keys }),
    ...(signal === undefined ? {} : { signal }),
  });
  requireAll(loaded.csv, rows.added + rows.updated + rows.unchanged);
  return { removed, guard, counts, matched: { added: rows.added, updated: rows.updated, unchanged: rows.unchanged } };
}

async function store(session: EngineSession, parts: WriteParts, files: Staging, work: Work): Promise<Change> {
  const { input, loaded } = work;
  const { target, csv } = loaded;
  if (input.mode === "upsert" && target !== undefined) return upsert(session, parts, files, { ...work, table: target });
  await write(session, files, input, loaded);
  const counts = { addedRows: csv.loaded, deletedRows: 0, replacedRows: 0 };
  if (input.mode !== "replace" || target === undefined) return { removed: [], guard: { kind: "none" }, counts };
  return { removed: target.entries.map(removedFile), guard: { kind: "head" }, counts: { ...counts, deletedRows: target.rows } };
}

function changeOf(input: StageCsvInput, location: string, { target, mapping }: Loaded, change: Omit<ChangeParts, "table">): StagedChange {
  if (target !== undefined) return stagedChange({ table: target, ...change });
  const { workspaceId, tableName, batch } = input;
  const schema = schemaOfNew(mapping, batch);
  return { workspaceId, tableName, tableUuid: null, location, branch: "main", operation: "append", baseSnapshotId: null, schema, ...change };
}

/** Reads a delimited file into stored, not yet visible rows. Bad rows are part of the result; what makes the file unusable is thrown. */
export async function stageCsv(parts: WriteParts, input: StageCsvInput): Promise<StagedImport> {
  checkTableRef(input);
  const { target, signal } = input;
  if (target !== undefined) branchOf(target);
  const location = target?.location ?? newLocation(parts, input);
  const report = (phase: ImportProgress["phase"], progress: TaskProgress): void => input.onProgress?.({ phase, ...progress });
  const onProgress = (progress: TaskProgress): void => report("reading", progress);
  return staging(parts.fileIo, location, async (files) => {
    const [loaded, { matched, ...change }] = await parts.engine.use(
      { kind: "job", onProgress, ...(signal === undefined ? {} : { signal }) },
      async (session) => {
        const loaded = await load(session, input, report);
        return [loaded, await store(session, parts, files, { input, loaded })] as const;
      },
    );
    const { csv, mapping, newColumns } = loaded;
    const added = await files.settle();
    return {
      ...changeOf(input, location, loaded, { ...change, added }),
      columns: mapping.map(toStagedColumn),
      newColumns,
      ...(matched === undefined ? {} : { matched }),
      dialect: csv.inspection.dialect,
      confidence: csv.inspection.confidence,
      renamed: csv.inspection.renamed,
      sourceBytes: csv.inspection.bytes,
      scanned: csv.inspection.records,
      loaded: csv.loaded,
      rejectedCount: csv.rejectedCount,
      rejected: csv.rejected,
    };
  });
}
