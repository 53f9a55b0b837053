import type { DuckDBConnection } from "@duckdb/node-api";
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

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const kibibytes = (bytes: number): string => `'${Math.max(1, Math.floor(bytes / 1024))}KiB'`;

/** Relations first, then the door is closed, and then nothing can be set any more. */
export async function lockInstance(connection: DuckDBConnection, lock: Lock): Promise<void> {
  const statements = [
    `SET memory_limit = ${kibibytes(lock.memoryBytes)}`,
    `SET max_temp_directory_size = ${kibibytes(lock.tempBytes)}`,
    ...lock.relations,
    ...(lock.explain ? [PLAN_SETTINGS] : []),
    `SET allowed_paths = [${lock.files.map(quoted).join(", ")}]`,
    "SET enable_external_access = false",
    "SET errors_as_json = true",
    "SET lock_configuration = true",
  ];
  for (const statement of statements) await connection.run(statement);
}
