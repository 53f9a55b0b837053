import { type DuckDBConnection, LIST, listValue, VARCHAR } from "@duckdb/node-api";
import { PLAN_SETTINGS } from "./explain.ts";

/** What an instance may do from the moment it is locked. */
export interface Lock {
  /** Run first, while everything is still open: views over the files. */
  readonly relations: readonly string[];
  readonly files: readonly string[];
  readonly memoryBytes: number;
  readonly tempBytes: number;
  readonly explain: boolean;
}

const kibibytes = (bytes: number): string => `${Math.max(1, Math.floor(bytes / 1024))}KiB`;

/** Relations first, then the door is closed, and then nothing can be set any more. */
export async function lockInstance(connection: DuckDBConnection, lock: Lock): Promise<void> {
  await connection.run("SET memory_limit = $1", [kibibytes(lock.memoryBytes)]);
  await connection.run("SET max_temp_directory_size = $1", [kibibytes(lock.tempBytes)]);
  for (const relation of lock.relations) await connection.run(relation);
  if (lock.explain) await connection.run(PLAN_SETTINGS);
  await connection.run("SET allowed_paths = $1", [listValue([...lock.files])], [LIST(VARCHAR)]);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET errors_as_json = true");
  await connection.run("SET lock_configuration = true");
}
