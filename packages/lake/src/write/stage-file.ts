import { type EngineSession, type FileOptions, type PreparedFile, prepareFile, type TaskProgress } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { checkTableRef, type TableRef } from "../catalog/index.ts";
import type { StagedChange } from "../change/index.ts";
import type { AddColumn } from "../schema/index.ts";
import { type OpenTable, withFields } from "../table/index.ts";
import { mapNewTable, mappedItems, type Mapping, mapToTarget, schemaOfNew, toStagedColumn } from "./file-mapping.ts";
import { layoutOf, layoutOfNew } from "./layout.ts";
import { applyRules, type LoadRules, type RowRules } from "./apply-rules.ts";
import { newLocation } from "./stage-create.ts";
import { upsertRows } from "./stage-upsert.ts";
import { branchOf, type ChangeParts, removedFile, stagedChange } from "./staged-change.ts";
import type { StagedImport } from "./staged-import.ts";
import { type Staging, staging } from "./staging.ts";
import type { Source } from "./types.ts";
import { expectedBytes, type WriteParts } from "./work.ts";
import { writeTyped } from "./write-typed.ts";

const DEFAULT_LISTED = 1000;
/** Enough for any ordinary file; the process takes this and about 100 MiB. */
const MEMORY_BYTES = 256 * 1024 * 1024;
/** For files of thousands of columns: the engine reserves 256 KiB for each, so that 10,000 of them are refused within seconds. */
const LARGE_MEMORY_BYTES = 2 * 1024 * 1024 * 1024;

/** What is going on: reading the file, deciding types, or writing the stored rows. Bytes are those of the source. */
export interface ImportProgress extends TaskProgress {
  readonly phase: "reading" | "typing" | "writing";
}

export interface StageFileInput extends TableRef {
  /** A local file. */
  readonly path: string;
  /** Further Parquet files with the very columns of the first, read as one with it. */
  readonly parts?: readonly string[];
  /** The table the rows are for; left out for a new table. */
  readonly target?: OpenTable;
  /** What becomes of the target's rows: the file's are added (the default), come in place of all, or are matched with them by key. */
  readonly mode?: "append" | "replace" | "upsert";
  /** Field ids an upsert matches by; by default the target's key columns. */
  readonly keys?: readonly number[];
  /** Whether the target gets columns it does not have; else such a file is refused. */
  readonly mayAddColumns?: boolean;
  /** What the target's rows have to keep to, besides that required columns are never empty. Rows that do not are rejected. */
  readonly rules?: LoadRules;
  /** What a person said about the file; the rest is detected. */
  readonly options?: FileOptions;
  /** Kept with every row, so that the rows of a batch can be filtered and deleted later. */
  readonly batch?: string;
  /** How many rejected rows are answered with their text, by default 1,000; all are counted. */
  readonly maxListed?: number;
  /** Stops with `file.too_many_rejected` beyond this many. */
  readonly maxRejected?: number;
  /** Ends with `file.too_many_rejected` when more than this share of the records, 0 to 1, does not fit. */
  readonly maxRejectedShare?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

interface Loaded {
  readonly file: PreparedFile;
  readonly mapping: readonly Mapping[];
  readonly newColumns: readonly AddColumn[];
  /** The target as its rows will fit it; undefined for a new table. */
  readonly target: OpenTable | undefined;
}

/** What the rows have to keep to; undefined when nothing is asked of them. */
function rulesOf({ target, rules, mode, keys }: StageFileInput): RowRules | undefined {
  if (target === undefined) return undefined;
  const required = target.columns.filter((item) => item.required && !item.isSystem).map((item) => item.fieldId);
  const { unique = [], allowed = [] } = rules ?? {};
  if (required.length + unique.length + allowed.length === 0) return undefined;
  const matchedBy = mode === "upsert" ? (keys ?? target.schema["identifier-field-ids"] ?? []) : undefined;
  return { required, unique, allowed, besides: mode === "replace" ? "nothing" : "table", ...(matchedBy === undefined ? {} : { matchedBy }) };
}

async function map(session: EngineSession, file: PreparedFile, { target, mayAddColumns = false }: StageFileInput): Promise<Loaded> {
  if (target === undefined) return { file, mapping: mapNewTable(file), newColumns: [], target };
  const { mapping, added } = await mapToTarget(session, file, target, mayAddColumns);
  const fields = added.map((item) => item.field);
  return { file, mapping, newColumns: fields.map(({ name, type }) => ({ kind: "add", name, type })), target: withFields(target, fields) };
}

async function load(
  session: EngineSession,
  parts: WriteParts,
  input: StageFileInput,
  { mayPropose, report }: Attempt & { readonly report: (phase: "typing" | "writing", progress: TaskProgress) => void },
): Promise<Loaded> {
  const { path, parts: further, options, maxListed = DEFAULT_LISTED, maxRejected, maxRejectedShare } = input;
  const rules = rulesOf(input);
  const file = await prepareFile(session, {
    path,
    maxListed,
    mayPropose,
    ...(further === undefined ? {} : { parts: further }),
    ...(options === undefined ? {} : { options }),
    ...(maxRejected === undefined ? {} : { maxRejected }),
    ...(maxRejectedShare === undefined ? {} : { maxRejectedShare }),
    ...(rules === undefined ? {} : { withLines: true }),
  });
  const done = { bytes: file.facts.bytes, rows: file.loaded };
  report("typing", done);
  const loaded = await map(session, file, input);
  report("writing", done);
  if (rules === undefined || loaded.target === undefined) return loaded;
  const { mapping, target } = loaded;
  return {
    ...loaded,
    file: await applyRules(session, parts, { file, mapping, target, rules, maxListed, maxRejected, maxRejectedShare, signal: input.signal }),
  };
}

function requireAll({ records, loaded, rejectedCount }: PreparedFile, stored: number): void {
  if (stored !== loaded) throw problem("file.unbalanced", { records, loaded: stored, rejected: rejectedCount });
}

/** What storing the rows came to: all but the files. */
type Change = Omit<ChangeParts, "table" | "added"> & { readonly matched?: NonNullable<StagedImport["matched"]> };

interface Work {
  readonly input: StageFileInput;
  readonly loaded: Loaded;
}

const sourceOf = ({ file, mapping }: Loaded): Source => ({ query: { ...file.query, items: mappedItems(mapping) } });

async function write(session: EngineSession, files: Staging, input: StageFileInput, loaded: Loaded): Promise<void> {
  const { file, mapping, target } = loaded;
  if (file.loaded === 0 || mappedItems(mapping).length === 0) return;
  const schema = target?.schema ?? schemaOfNew(mapping, input.batch);
  const source = sourceOf(loaded);
  const layout = target === undefined ? layoutOfNew(schema, undefined) : layoutOf(target);
  requireAll(file, await writeTyped(session, files, { source, schema, layout, batch: input.batch, expectedBytes: await expectedBytes(source) }));
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
  requireAll(loaded.file, rows.added + rows.updated + rows.unchanged);
  return { removed, guard, counts, matched: { added: rows.added, updated: rows.updated, unchanged: rows.unchanged } };
}

async function store(session: EngineSession, parts: WriteParts, files: Staging, work: Work): Promise<Change> {
  const { input, loaded } = work;
  const { target, file } = loaded;
  if (input.mode === "upsert" && target !== undefined) return upsert(session, parts, files, { ...work, table: target });
  await write(session, files, input, loaded);
  const counts = { addedRows: file.loaded, deletedRows: 0, replacedRows: 0 };
  if (input.mode !== "replace" || target === undefined) return { removed: [], guard: { kind: "none" }, counts };
  return { removed: target.entries.map(removedFile), guard: { kind: "head" }, counts: { ...counts, deletedRows: target.rows } };
}

function changeOf(input: StageFileInput, location: string, { target, mapping }: Loaded, change: Omit<ChangeParts, "table">): StagedChange {
  if (target !== undefined) return stagedChange({ table: target, ...change });
  const { workspaceId, tableName, batch } = input;
  const schema = schemaOfNew(mapping, batch);
  return { workspaceId, tableName, tableUuid: null, location, branch: "main", operation: "append", baseSnapshotId: null, schema, ...change };
}

/** How a file is tried to be read. */
interface Attempt {
  /** Whether its rows may be stored by types that the first of them propose, and fail at one that breaks them. */
  readonly mayPropose: boolean;
  readonly memoryBytes: number;
}

async function stageOnce(parts: WriteParts, input: StageFileInput, attempt: Attempt): Promise<StagedImport> {
  const { target, signal } = input;
  const location = target?.location ?? newLocation(parts, input);
  const report = (phase: ImportProgress["phase"], progress: TaskProgress): void => input.onProgress?.({ phase, ...progress });
  const onProgress = (progress: TaskProgress): void => report("reading", progress);
  const { memoryBytes } = attempt;
  return staging(parts.fileIo, location, async (files) => {
    const [loaded, { matched, ...change }] = await parts.engine.use(
      { kind: "job", memoryBytes, ...(memoryBytes === MEMORY_BYTES ? {} : { threads: 1 }), onProgress, ...(signal === undefined ? {} : { signal }) },
      async (session) => {
        const loaded = await load(session, parts, input, { ...attempt, report });
        return [loaded, await store(session, parts, files, { input, loaded })] as const;
      },
    );
    const { file, mapping, newColumns } = loaded;
    const added = await files.settle();
    return {
      ...changeOf(input, location, loaded, { ...change, added }),
      columns: mapping.map(toStagedColumn),
      newColumns,
      ...(matched === undefined ? {} : { matched }),
      facts: file.facts,
      recordForm: file.recordForm,
      warnings: file.warnings,
      scanned: file.records,
      loaded: file.loaded,
      rejectedCount: file.rejectedCount,
      rejected: file.rejected,
    };
  });
}

/** What may get further than an attempt that failed; undefined when nothing would. */
function nextAttempt({ mayPropose, memoryBytes }: Attempt, error: unknown): Attempt | undefined {
  if (mayPropose && isAppError(error, "engine.statement_failed")) return { mayPropose: false, memoryBytes };
  return memoryBytes < LARGE_MEMORY_BYTES && isAppError(error, "engine.out_of_memory") ? { mayPropose, memoryBytes: LARGE_MEMORY_BYTES } : undefined;
}

/** Reads a file of any kind the engine knows into stored, not yet visible rows. Bad rows are part of the result; what makes the file unusable is thrown. */
export async function stageFile(parts: WriteParts, input: StageFileInput): Promise<StagedImport> {
  checkTableRef(input);
  if (input.target !== undefined) branchOf(input.target);
  for (let attempt: Attempt = { mayPropose: input.mode !== "upsert", memoryBytes: MEMORY_BYTES }; ; ) {
    try {
      return await stageOnce(parts, input, attempt);
    } catch (error) {
      const next = nextAttempt(attempt, error);
      if (next === undefined) throw error;
      attempt = next;
    }
  }
}
