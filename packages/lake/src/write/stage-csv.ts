import { type CsvDialect, type EngineSession, type LoadedCsv, loadCsv, type TaskProgress } from "@granary/engine";
import { problem } from "@granary/protocol";
import { checkTableRef, type TableRef } from "../catalog/index.ts";
import type { IcebergSchema } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";
import { mapNewTable, mappedItems, type Mapping, mapToTarget, schemaOfNew, toStagedColumn } from "./csv-mapping.ts";
import { layoutOf, layoutOfNew } from "./layout.ts";
import { newLocation } from "./stage-create.ts";
import { branchOf } from "./staged-change.ts";
import type { StagedImport } from "./staged-import.ts";
import { type Staging, staging } from "./staging.ts";
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
  /** The table the rows are to be appended to; left out for a new table. */
  readonly target?: OpenTable;
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
  readonly schema: IcebergSchema;
}

async function load(session: EngineSession, input: StageCsvInput, report: (phase: "typing" | "writing", progress: TaskProgress) => void): Promise<Loaded> {
  const { target, dialect } = input;
  const maxRejected = input.maxRejected ?? DEFAULT_MAX_REJECTED;
  const csv = await loadCsv(session, { path: input.path, maxRejected, ...(dialect === undefined ? {} : { dialect }) });
  const done = { bytes: csv.inspection.bytes, rows: csv.loaded };
  report("typing", done);
  const mapping = target === undefined ? await mapNewTable(session, csv) : await mapToTarget(session, csv, target);
  report("writing", done);
  return { csv, mapping, schema: target?.schema ?? schemaOfNew(mapping, input.batch) };
}

async function store(session: EngineSession, files: Staging, input: StageCsvInput, { csv, mapping, schema }: Loaded): Promise<void> {
  const items = mappedItems(mapping);
  if (csv.loaded === 0 || items.length === 0) return;
  const stored = await writeTyped(session, files, {
    source: { query: { kind: "select", items, from: csv.relation } },
    schema,
    layout: input.target === undefined ? layoutOfNew(schema, undefined) : layoutOf(input.target),
    batch: input.batch,
    expectedBytes: await expectedBytes({ query: { kind: "select", items, from: csv.relation } }),
  });
  if (stored !== csv.loaded) throw problem("csv.unbalanced", { scanned: csv.inspection.records, loaded: stored, rejected: csv.rejectedCount });
}

/** Reads a delimited file into stored, not yet visible rows. Bad rows are part of the result; what makes the file unusable is thrown. */
export async function stageCsv(parts: WriteParts, input: StageCsvInput): Promise<StagedImport> {
  checkTableRef(input);
  const { target, workspaceId, tableName } = input;
  const location = target?.location ?? newLocation(parts, input);
  const branch = target === undefined ? "main" : branchOf(target);
  const report = (phase: ImportProgress["phase"], progress: TaskProgress): void => input.onProgress?.({ phase, ...progress });
  const onProgress = (progress: TaskProgress): void => report("reading", progress);
  return staging(parts.fileIo, location, async (files) => {
    const { csv, mapping, schema } = await parts.engine.use(
      { kind: "job", onProgress, ...(input.signal === undefined ? {} : { signal: input.signal }) },
      async (session) => {
        const loaded = await load(session, input, report);
        await store(session, files, input, loaded);
        return loaded;
      },
    );
    return {
      workspaceId,
      tableName,
      tableUuid: target?.tableUuid ?? null,
      location,
      branch,
      operation: "append",
      baseSnapshotId: target?.snapshotId ?? null,
      schema,
      added: await files.settle(),
      removed: [],
      guard: { kind: "none" },
      counts: { addedRows: csv.loaded, deletedRows: 0, replacedRows: 0 },
      columns: mapping.map(toStagedColumn),
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
