import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ctx } from "../../context/index.ts";
import { removeInBatches } from "../../maintenance/index.ts";
import { resultDirectory } from "./result-file.ts";

/** How long people find what they ran. */
const KEPT_DAYS = 90;
/** No query writes this long, so an older file that nobody knows was left behind by a crash. */
const ABANDONED_AFTER_MS = 86_400_000;

async function oldFiles(directory: string, nowMs: number): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    const info = await stat(join(directory, name)).catch(() => undefined);
    if (info !== undefined && nowMs - info.mtimeMs >= ABANDONED_AFTER_MS) old.push(name);
  }
  return old;
}

/** Removes rows of queries that have expired, files nobody knows any more, and queries run long ago. */
export async function sweepResults(ctx: Ctx): Promise<{ readonly expired: number; readonly queries: number; readonly files: number }> {
  const directory = resultDirectory(ctx.services.config.dataDir);
  const gone: string[] = [];
  const expired = await removeInBatches(ctx, async (ctx, limit) => {
    const due = ctx.db.selectFrom("sql_queries").select("id").where("kept", "=", true).where("expires_at", "<=", ctx.now).limit(limit).forUpdate().skipLocked();
    const rows = await ctx.db.updateTable("sql_queries").set({ kept: false }).where("id", "in", due).returning("id").execute();
    ctx.afterCommit(() => void gone.push(...rows.map(({ id }) => id)));
    return rows.length;
  });
  const queries = await removeInBatches(ctx, async (ctx, limit) => {
    const before = new Date(ctx.now.getTime() - KEPT_DAYS * 86_400_000);
    const due = ctx.db.selectFrom("sql_queries").select("id").where("created_at", "<", before).where("kept", "=", false).limit(limit).forUpdate().skipLocked();
    const result = await ctx.db.deleteFrom("sql_queries").where("id", "in", due).executeTakeFirst();
    return Number(result.numDeletedRows);
  });
  const names = await oldFiles(directory, ctx.services.clock.now().getTime());
  const rows = names.length === 0 ? [] : await ctx.system.db.selectFrom("sql_queries").select("id").where("id", "in", names).where("kept", "=", true).execute();
  const kept = new Set(rows.map((row) => row.id));
  const all = new Set([...gone, ...names.filter((name) => !kept.has(name))]);
  for (const name of all) await rm(join(directory, name), { force: true });
  return { expired, queries, files: all.size };
}
