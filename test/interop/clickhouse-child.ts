import { createRequire } from "node:module";

/** The part of chdb that is used; it is installed when the suites that need it run, so its own types may be missing. */
interface ChDb {
  query(sql: string, format: string): string;
}

const { query } = createRequire(import.meta.url)("chdb") as ChDb;

function answer(sql: string): { readonly rows: string } | { readonly error: string } {
  try {
    return { rows: query(sql, "JSONEachRow") };
  } catch (error) {
    return { error: String(error) };
  }
}

process.on("message", (sql: string) => process.send?.(answer(sql)));
