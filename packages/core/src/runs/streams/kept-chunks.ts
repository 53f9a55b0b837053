import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { StreamState } from "@granary/connectors";
import type { GraphColumn } from "@granary/protocol";
import { sql } from "kysely";
import type { Work } from "../carry-out/work.ts";
import { holdRun } from "../store.ts";
import type { RejectedRow } from "../steps/step-result.ts";
import type { Converted } from "./convert-chunk.ts";

/** A part of a stream that was read and kept. */
export interface KeptChunk extends Omit<Converted, "sha256"> {
  readonly seq: number;
  readonly state: StreamState | null;
}

interface Format {
  readonly kind: "parquet";
  readonly columns: readonly GraphColumn[];
  readonly rejectedCount: number;
  readonly rejects: readonly RejectedRow[];
}

/** A chunk to keep, in its place among the others. */
interface NewChunk extends Converted {
  readonly seq: number;
  readonly state: StreamState | undefined;
}

/** Notes a chunk; from now on a killed run goes on behind it. */
export async function keepChunk(work: Work, node: string, { seq, state, ...chunk }: NewChunk): Promise<KeptChunk> {
  const { path, rows, bytes, sha256, columns, rejectedCount, rejects } = chunk;
  await work.ctx.tx(async (ctx) => {
    await holdRun(ctx.db, work.row.id);
    await ctx.db
      .insertInto("run_chunks")
      .values({
        workspace_id: ctx.workspaceId,
        run_id: work.row.id,
        node,
        seq,
        path,
        format: JSON.stringify({ kind: "parquet", columns, rejectedCount, rejects } satisfies Format),
        rows,
        bytes,
        sha256,
        state: state === undefined ? null : JSON.stringify(state),
      })
      .execute();
    await ctx.db.updateTable("runs").set({ attempt: 0 }).where("id", "=", work.row.id).execute();
  });
  return { seq, path, rows, bytes, columns, rejectedCount, rejects, state: state ?? null };
}

function listChunks(work: Work, node: string) {
  return work.ctx.db
    .selectFrom("run_chunks")
    .select(["seq", "path", "rows", "bytes", sql<Format>`format`.as("format"), sql<StreamState | null>`state`.as("state")])
    .where("run_id", "=", work.row.id)
    .where("node", "=", node)
    .orderBy("seq")
    .execute();
}

/** Chunks a run kept, up to the last one reading can go on behind; the others are read again. */
export async function takeChunks(work: Work, node: string): Promise<readonly KeptChunk[]> {
  const rows = await listChunks(work, node);
  const isThere = await Promise.all(
    rows.map(({ path, bytes }) =>
      stat(join(work.folder, path)).then(
        ({ size }) => size === bytes,
        () => false,
      ),
    ),
  );
  const whole = isThere.indexOf(false) === -1 ? rows : rows.slice(0, isThere.indexOf(false));
  const kept = whole.slice(0, whole.findLastIndex(({ state }) => state !== null) + 1);
  const lost = rows.slice(kept.length);
  if (lost.length > 0) {
    await work.ctx.tx(async (ctx) => {
      await holdRun(ctx.db, work.row.id);
      const from = kept.length === 0 ? 0 : (kept.at(-1)?.seq ?? 0);
      await ctx.db.deleteFrom("run_chunks").where("run_id", "=", work.row.id).where("node", "=", node).where("seq", ">", from).execute();
    });
    for (const { path } of lost) await rm(join(work.folder, path), { force: true });
  }
  return kept.map(({ seq, path, rows, bytes, format, state }) => ({ seq, path, rows: rows ?? 0, bytes, state, ...format }));
}
