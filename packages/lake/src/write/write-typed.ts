import type { EngineSession } from "@granary/engine";
import type { IcebergSchema } from "../iceberg/index.ts";
import type { Layout } from "./layout.ts";
import { narrowed } from "./parquet-columns.ts";
import type { Staging } from "./staging.ts";
import { typedRows } from "./typed-source.ts";
import type { Source } from "./types.ts";
import { writeDataFiles } from "./write-data-files.ts";

export interface SourceToWrite {
  readonly source: Source;
  readonly schema: IcebergSchema;
  readonly layout: Layout;
  readonly batch?: string | undefined;
  readonly expectedBytes: number;
}

/** Writes a source's rows as data files with the table's types and answers how many there were. */
export async function writeTyped(session: EngineSession, files: Staging, input: SourceToWrite): Promise<number> {
  const { source, schema, layout, batch } = input;
  const typed = await typedRows(session, source.query, { schema, ...(batch === undefined ? {} : { batch }) });
  return writeDataFiles(session, files, { query: typed.query, schema: narrowed(schema, typed.fields), layout, expectedBytes: input.expectedBytes });
}
