import { randomUUID } from "node:crypto";
import {
  column,
  type CsvDialect,
  type Engine,
  type EngineSession,
  findMisfits,
  type LoadedCsv,
  loadCsv,
  proveTypes,
  type SqlType,
  type TaskProgress,
  textToType,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { checkTableRef, type TableRef } from "../catalog/index.ts";
import type { FileIo } from "../file-io/index.ts";
import { type IcebergField, type IcebergSchema, toIcebergType } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";
import type { StagedColumn, StagedImport } from "./staged-import.ts";
import { writeDataFile } from "./write-data-file.ts";

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
  readonly maxRejected?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

interface Parts {
  readonly engine: Engine;
  readonly fileIo: FileIo;
  readonly warehouseUri: string;
}

/** A column of the result and the loaded text column it comes from; undefined when the file has none for it. */
interface Mapping {
  readonly field: IcebergField;
  readonly type: SqlType;
  readonly source: string | undefined;
  readonly isNormalized: boolean;
}

async function mapNewTable(session: EngineSession, csv: LoadedCsv): Promise<readonly Mapping[]> {
  const types = await proveTypes(session, csv.relation, csv.columnKeys);
  return csv.inspection.columns.map((name, index) => {
    const { type, isNormalized } = types[index] ?? { type: { kind: "text" }, isNormalized: false };
    return { field: { id: index + 1, name, required: false, type: toIcebergType(type) }, type, source: csv.columnKeys[index], isNormalized };
  });
}

function requireKnownColumns(target: OpenTable, names: readonly string[]): void {
  const known = new Set(target.columns.map((item) => item.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw problem("lake.columns_mismatch", { reason: `it does not have ${unknown.slice(0, 10).join(", ")}` });
  const missing = target.columns.filter((item) => item.required && !names.includes(item.name)).map((item) => item.name);
  if (missing.length > 0) throw problem("lake.columns_mismatch", { reason: `the file lacks ${missing.slice(0, 10).join(", ")}` });
}

async function mapToTarget(session: EngineSession, csv: LoadedCsv, target: OpenTable): Promise<readonly Mapping[]> {
  const { columns } = csv.inspection;
  requireKnownColumns(target, columns);
  const mapped = target.columns.map((item): Mapping => {
    const index = columns.indexOf(item.name);
    const field = { id: item.fieldId, name: item.name, required: item.required, type: item.type };
    return { field, type: item.sqlType, source: index < 0 ? undefined : csv.columnKeys[index], isNormalized: false };
  });
  const typed = mapped.flatMap((item) => (item.source === undefined ? [] : [[item.source, item.type] as const]));
  const misfits = await findMisfits(session, csv.relation, new Map(typed));
  if (misfits.length === 0) return mapped;
  const issues = misfits.map((misfit) => {
    const item = mapped.find((candidate) => candidate.source === misfit.name);
    return {
      path: item?.field.name ?? "",
      message: `${misfit.count} values are no ${String(item?.field.type)}, for example ${JSON.stringify(misfit.example.slice(0, 100))}`,
    };
  });
  throw problem("lake.values_mismatch", {}, { issues });
}

const toColumn = ({ field, isNormalized }: Mapping): StagedColumn => ({ fieldId: field.id, name: field.name, type: String(field.type), isNormalized });

interface Loaded {
  readonly csv: LoadedCsv;
  readonly mapping: readonly Mapping[];
  readonly location: string;
}

async function store(session: EngineSession, fileIo: FileIo, { csv, mapping, location }: Loaded): Promise<Pick<StagedImport, "added" | "schema">> {
  const fields = mapping.map((item) => item.field);
  const schema: IcebergSchema = { type: "struct", "schema-id": 0, fields };
  const present = mapping.filter((item) => item.source !== undefined);
  if (csv.loaded === 0 || present.length === 0) return { schema, added: [] };
  const file = await writeDataFile(session, fileIo, {
    query: {
      kind: "select",
      items: present.map((item) => ({ expression: textToType(column(item.source ?? ""), item.type), as: item.field.name })),
      from: csv.relation,
    },
    schema: { ...schema, fields: present.map((item) => item.field) },
    location,
  });
  if (file !== undefined && file.records !== csv.loaded)
    throw problem("csv.unbalanced", { scanned: csv.inspection.records, loaded: file.records, rejected: csv.rejectedCount });
  return { schema, added: file === undefined ? [] : [file] };
}

/** Reads a delimited file into stored, not yet visible rows. Bad rows are part of the result; what makes the file unusable is thrown. */
export async function stageCsv(parts: Parts, input: StageCsvInput): Promise<StagedImport> {
  checkTableRef(input);
  const location = input.target?.location ?? `${parts.warehouseUri}/${input.workspaceId}/${input.tableName}-${randomUUID()}`;
  const report = (phase: ImportProgress["phase"], progress: TaskProgress): void => input.onProgress?.({ phase, ...progress });
  const work = {
    kind: "job",
    onProgress: (progress: TaskProgress) => report("reading", progress),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  } as const;
  return parts.engine.use(work, async (session) => {
    const csv = await loadCsv(session, {
      path: input.path,
      maxRejected: input.maxRejected ?? DEFAULT_MAX_REJECTED,
      ...(input.dialect === undefined ? {} : { dialect: input.dialect }),
    });
    const done = { bytes: csv.inspection.bytes, rows: csv.loaded };
    report("typing", done);
    const mapping = input.target === undefined ? await mapNewTable(session, csv) : await mapToTarget(session, csv, input.target);
    report("writing", done);
    const stored = await store(session, parts.fileIo, { csv, mapping, location });
    return {
      workspaceId: input.workspaceId,
      tableName: input.tableName,
      tableUuid: input.target?.tableUuid ?? null,
      location,
      branch: input.target?.branch ?? "main",
      operation: "append",
      baseSnapshotId: input.target?.snapshotId ?? null,
      ...stored,
      removed: [],
      guard: { kind: "none" },
      counts: { addedRows: csv.loaded, deletedRows: 0, replacedRows: 0 },
      columns: mapping.map(toColumn),
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
