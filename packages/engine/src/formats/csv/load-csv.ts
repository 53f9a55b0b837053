import { join } from "node:path";
import { problem } from "@granary/protocol";
import type { EngineSession } from "../../process/session.ts";
import { column, type CsvDialect, type LineEnd, type Query, type Relation } from "../../sql/index.ts";
import type { CsvInspection } from "./inspect-csv.ts";
import { MAX_RAW_LENGTH, type RejectedRow } from "./tidy-csv.ts";

export interface LoadCsvInput {
  readonly path: string;
  readonly dialect?: Partial<CsvDialect>;
  /** How many rejected rows are returned with their text; all are counted. */
  readonly maxRejected: number;
}

/** A delimited file's rows as text, lying in the session's own directory until the session ends. */
export interface LoadedCsv {
  readonly inspection: CsvInspection;
  /** The loaded rows in file order; its columns are called as `columnKeys` says. */
  readonly relation: Relation;
  readonly columnKeys: readonly string[];
  readonly loaded: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
}

interface ReadableFile {
  readonly path: string;
  readonly dialect: CsvDialect;
  readonly lineEnd: LineEnd;
  readonly records: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
}

async function makeReadable(session: EngineSession, input: LoadCsvInput, inspection: CsvInspection): Promise<ReadableFile> {
  const { dialect, records, columns } = inspection;
  if (!inspection.isIrregular) return { path: input.path, dialect, lineEnd: inspection.lineEnd, records, rejectedCount: 0, rejected: [] };
  const target = join(session.tempDir, "tidied.csv");
  const tidied = await session.task("tidyCsv", { path: input.path, dialect, columns: columns.length, target, maxRejected: input.maxRejected });
  return {
    path: target,
    dialect: { ...dialect, header: false },
    lineEnd: "lf",
    records: tidied.kept,
    rejectedCount: tidied.rejectedCount,
    rejected: tidied.rejected,
  };
}

/** What the engine itself refused of a file whose records all fit: for example a single value of many megabytes. */
async function engineRejects(session: EngineSession): Promise<readonly RejectedRow[]> {
  const items = ["line", "error_message", "csv_line"].map((name) => ({ expression: column(name), as: name }));
  const query: Query = { kind: "select", items, from: { kind: "rejectedRows" } };
  const { rows } = await session.run({ kind: "query", query });
  const byLine = new Map<number, RejectedRow>();
  for (const [line, reason, raw] of rows) {
    const place = Number(line);
    if (!byLine.has(place)) byLine.set(place, { line: place, reason: String(reason), raw: String(raw ?? "").slice(0, MAX_RAW_LENGTH) });
  }
  return [...byLine.values()];
}

/**
 * Loads a delimited file as text, losing nothing: every record the file holds, by our own count, is either loaded or
 * returned as rejected. Throws `csv.*` errors that say what to correct; `csv.unbalanced` when the counts disagree.
 */
export async function loadCsv(session: EngineSession, input: LoadCsvInput): Promise<LoadedCsv> {
  const inspection = await session.task("inspectCsv", { path: input.path, ...(input.dialect === undefined ? {} : { dialect: input.dialect }) });
  const file = await makeReadable(session, input, inspection);
  const columnKeys = inspection.columns.map((_, index) => `c${index}`);
  const spool = join(session.tempDir, "loaded.parquet");
  const { rows } = await session.run({
    kind: "copy",
    query: {
      kind: "select",
      items: columnKeys.map((key) => ({ expression: column(key), as: key })),
      from: {
        kind: "csvFile",
        path: file.path,
        columns: columnKeys.map((name) => ({ name, type: { kind: "text" } })),
        dialect: file.dialect,
        lineEnd: file.lineEnd,
      },
    },
    path: spool,
    format: { kind: "parquet", rowGroupRows: 122_880, compression: "snappy" },
  });
  const loaded = Number(rows[0]?.[1] ?? 0);
  const refused = await engineRejects(session);
  const rejectedCount = file.rejectedCount + refused.length;
  if (loaded + refused.length !== file.records || loaded + rejectedCount !== inspection.records) {
    throw problem("csv.unbalanced", { scanned: inspection.records, loaded, rejected: rejectedCount });
  }
  const rejected = [...file.rejected, ...refused].slice(0, input.maxRejected);
  return { inspection, relation: { kind: "parquetFiles", paths: [spool] }, columnKeys, loaded, rejectedCount, rejected };
}
