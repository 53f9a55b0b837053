import { rmSync } from "node:fs";
import { createRequire } from "node:module";

/** DuckDB alone, in a process of its own: guesses how a delimited file is written and copies it to Parquet. Prints the seconds. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, settings: Readonly<Record<string, string>>): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown> }> }>;
  };
}

const { DuckDBInstance } = createRequire(import.meta.resolve("@granary/engine"))("@duckdb/node-api") as DuckDb;
const [path = ""] = process.argv.slice(2);
const target = `${path}.parquet`;
const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
await connection.run("SELECT 1");
const start = performance.now();
await connection.run(`COPY (FROM read_csv('${path}')) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`);
console.log((performance.now() - start) / 1_000);
rmSync(target);
