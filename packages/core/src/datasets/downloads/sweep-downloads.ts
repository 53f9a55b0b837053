import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeInBatches } from "../../maintenance/index.ts";
import type { Ctx } from "../../context/index.ts";
import { keptDirectory } from "./kept-file.ts";

/** Nothing is written for this long, so an older file that nobody knows was left behind by a crash. */
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

/** Removes files of downloads that have expired, and those nobody knows any more. */
export async function sweepDownloads(ctx: Ctx): Promise<{ readonly expired: number; readonly files: number }> {
  const expired = await removeInBatches(ctx, async (ctx, limit) => {
    const due = ctx.db.selectFrom("downloads").select("id").where("kept", "=", true).where("expires_at", "<=", ctx.now).limit(limit).forUpdate().skipLocked();
    const result = await ctx.db.updateTable("downloads").set({ kept: false }).where("id", "in", due).executeTakeFirst();
    return Number(result.numUpdatedRows);
  });
  const directory = keptDirectory(ctx.services.config.dataDir);
  const names = await oldFiles(directory, ctx.services.clock.now().getTime());
  if (names.length === 0) return { expired, files: 0 };
  const rows = await ctx.system.db.selectFrom("downloads").select("id").where("id", "in", names).where("kept", "=", true).execute();
  const kept = new Set(rows.map((row) => row.id));
  const gone = names.filter((name) => !kept.has(name));
  for (const name of gone) await rm(join(directory, name), { force: true });
  return { expired, files: gone.length };
}
