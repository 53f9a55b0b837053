import { stat } from "node:fs/promises";
import { column, type EngineSession, type Query, type Relation, type SelectQuery } from "@granary/engine";
import type { PortSource } from "@granary/graph";
import { isAppError } from "@granary/kernel";
import { newFile, settleFile } from "../folder.ts";
import { graphColumns } from "../graph-types.ts";
import type { PortOutput } from "../store.ts";
import type { Work } from "../carry-out/work.ts";

const ROW_GROUP_ROWS = 122_880;
/** Below this, a warm process does what a fresh one would take longer to start for. */
const SMALL_BYTES = 64 * 1024 * 1024;
const JOB_MEMORY = 640 * 1024 * 1024;
const LARGE_MEMORY = 2 * 1024 * 1024 * 1024;
const DEADLINE_MS = 7 * 86_400_000;

/** Columns of a relation by their names. */
export const selectNames = (from: Relation, names: readonly string[]): SelectQuery => ({
  kind: "select",
  items: names.map((name) => ({ expression: column(name), as: name })),
  from,
});

/** The names a query gives its columns. */
export function namesOf(query: Query): readonly string[] {
  if (query.kind === "select") return query.items.map((item) => item.as);
  const inner = query.kind === "with" ? query.query : query.queries[0];
  return inner === undefined ? [] : namesOf(inner);
}

/** Writes a query's rows into a new Parquet file of the run's. */
export async function writePort(work: Work, session: EngineSession, { node, port }: PortSource, query: Query): Promise<PortOutput> {
  const { path, absolute } = await newFile(work.folder, node, `${port}.parquet`);
  const copied = await session.run({ kind: "copy", query, path: absolute, format: { kind: "parquet", rowGroupRows: ROW_GROUP_ROWS, compression: "zstd" } });
  const rows = Number(copied.rows[0]?.[1] ?? 0);
  const described = await session.run({ kind: "query", query: { ...selectNames({ kind: "parquetFiles", paths: [absolute] }, namesOf(query)), limit: 0 } });
  const { bytes } = await settleFile(absolute);
  return { files: [{ path, rows, bytes }], columns: graphColumns(described.columns), rows };
}

export async function sizeOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map((path) => stat(path).then(({ size }) => size)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Lends an engine process fit for so much input. A piece that needs more memory than planned gets a larger process once. */
export async function useEngine<T>(work: Work, inputBytes: number, use: (session: EngineSession) => Promise<T>): Promise<T> {
  const { engine } = work.ctx.services;
  const { signal } = work;
  const attempts = [
    ...(inputBytes < SMALL_BYTES ? [{ kind: "read" as const }] : []),
    { kind: "job" as const, memoryBytes: JOB_MEMORY },
    { kind: "job" as const, memoryBytes: LARGE_MEMORY },
  ];
  for (let at = 0; ; at += 1) {
    const attempt = attempts[at] ?? { kind: "job" as const };
    try {
      return await engine.use({ ...attempt, signal, deadlineMs: DEADLINE_MS }, use);
    } catch (error) {
      const isLast = at >= attempts.length - 1;
      if (isLast || !isAppError(error, "engine.out_of_memory")) throw error;
    }
  }
}
