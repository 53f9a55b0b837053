import type { EngineSession, Query } from "@granary/engine";
import type { IcebergSchema } from "../iceberg/index.ts";
import { copyFiles } from "./copy-files.ts";
import type { Staging } from "./staging.ts";
import { type Placement, storeDataFiles } from "./store-files.ts";

export interface DataFileToCopy extends Placement {
  /** Columns named and typed as in the schema. */
  readonly query: Query;
  readonly schema: IcebergSchema;
}

/** Writes rows that belong together into one data file, in their order, whatever layout the table has by now; none without rows. Answers how many there were. */
export async function copyDataFile(session: EngineSession, files: Staging, { query, ...input }: DataFileToCopy): Promise<number> {
  const path = await files.scratch("data.parquet");
  const written = await copyFiles(session, { query, schema: input.schema, path, files: "one" });
  return storeDataFiles(session, files, written, input);
}
