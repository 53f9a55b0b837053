import type { EngineSession } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { IcebergSchema } from "../iceberg/index.ts";
import { csvQuery, type Rejected, rejectedRows } from "./csv-source.ts";
import type { Layout } from "./layout.ts";
import { narrowed } from "./parquet-columns.ts";
import type { Staging } from "./staging.ts";
import { typedRows } from "./typed-source.ts";
import type { CsvSource, QuerySource, Source } from "./types.ts";
import { writeDataFiles } from "./write-data-files.ts";

export interface SourceToWrite {
  readonly source: Source;
  readonly schema: IcebergSchema;
  readonly layout: Layout;
  readonly batch?: string | undefined;
  readonly expectedBytes: number;
}

/** What became of a source's rows. */
export interface WrittenSource {
  readonly stored: number;
  readonly rejected: Rejected;
}

export const NOTHING_WRITTEN: WrittenSource = { stored: 0, rejected: { count: 0, rows: [] } };

async function countFile(session: EngineSession, { csv }: CsvSource): Promise<number> {
  const { records } = await session.task("countRecords", { path: csv.path, dialect: csv.dialect, lineEnd: csv.lineEnd });
  return records;
}

/** Every record of the file, by our own count, was stored or rejected. The quick count is asked first, the careful one before an error. */
async function requireBalance(session: EngineSession, source: CsvSource, found: { readonly stored: number; readonly rejected: number }): Promise<void> {
  const { stored, rejected } = found;
  if ((await countFile(session, source)) === stored + rejected) return;
  const { records } = await session.task("inspectCsv", { path: source.csv.path, dialect: source.csv.dialect });
  if (records !== stored + rejected) throw problem("csv.unbalanced", { scanned: records, loaded: stored, rejected });
}

/** Writes rows of a query as data files and answers how many there were. */
export async function writeTyped(session: EngineSession, files: Staging, input: SourceToWrite & { readonly source: QuerySource }): Promise<number> {
  const { source, schema, layout, batch } = input;
  const typed = await typedRows(session, source.query, { schema, ...(batch === undefined ? {} : { batch }) });
  return writeDataFiles(session, files, { query: typed.query, schema: narrowed(schema, typed.fields), layout, expectedBytes: input.expectedBytes });
}

/** Writes a source's rows as data files. Files are hashed and moved while a delimited file's records are counted. */
export async function writeSource(session: EngineSession, files: Staging, input: SourceToWrite): Promise<WrittenSource> {
  const { source } = input;
  if (!("csv" in source)) {
    return { ...NOTHING_WRITTEN, stored: await writeTyped(session, files, { ...input, source }) };
  }
  const stored = await writeTyped(session, files, { ...input, source: { query: csvQuery(source, input.schema) } });
  const rejected = await rejectedRows(session, source);
  await requireBalance(session, source, { stored, rejected: rejected.count });
  return { stored, rejected };
}
