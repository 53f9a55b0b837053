import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { Ctx } from "../context/index.ts";
import { removeInBatches } from "../maintenance/index.ts";
import { KEPT_DAYS } from "./store.ts";
import { uploadDirectory } from "./upload-files.ts";

/** Nothing is written for this long without being known, so what is older and belongs to nobody was left behind by a crash. */
const ABANDONED_AFTER_MS = 86_400_000;

/** Forgets uploads that nothing was sent to for days, and whole ones that nothing was made of. */
async function forgetStalled(ctx: Ctx): Promise<void> {
  await removeInBatches(ctx, async (ctx, limit) => {
    const due = ctx.db.selectFrom("incoming_uploads").select("id").where("expires_at", "<=", ctx.now).limit(limit).forUpdate().skipLocked();
    return Number((await ctx.db.deleteFrom("incoming_uploads").where("id", "in", due).executeTakeFirst()).numDeletedRows);
  });
  await removeInBatches(ctx, async (ctx, limit) => {
    const before = new Date(ctx.now.getTime() - KEPT_DAYS * 86_400_000);
    const deleted = await sql`
      delete from uploads where id in (
        select id from uploads u where created_at < ${before} and not exists (select from batches b where b.upload_id = u.id)
          and not exists (select from change_revisions r where r.upload_id = u.id)
        limit ${limit} for update skip locked)`.execute(ctx.db);
    return Number(deleted.numAffectedRows ?? 0n);
  });
}

async function oldFiles(directory: string, nowMs: number): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    const info = await stat(join(directory, name)).catch(() => undefined);
    if (info?.isFile() === true && nowMs - info.mtimeMs >= ABANDONED_AFTER_MS) old.push(name);
  }
  return old;
}

/** Removes stalled and unused uploads, and files of uploads that nobody knows any more. Answers how many files went. */
export async function sweepUploads(ctx: Ctx): Promise<number> {
  await forgetStalled(ctx);
  const directory = uploadDirectory(ctx.services.config.dataDir);
  const names = await oldFiles(directory, ctx.services.clock.now().getTime());
  if (names.length === 0) return 0;
  const ids = [...new Set(names.map((name) => name.replace(/\..*$/, "")))];
  const whole = await ctx.system.db.selectFrom("uploads").select("id").where("id", "in", ids).execute();
  const incoming = await ctx.system.db.selectFrom("incoming_uploads").select("id").where("refused", "=", false).where("id", "in", ids).execute();
  const kept = new Set([...whole.map(({ id }) => id), ...incoming.flatMap(({ id }) => [id, `${id}.part`])]);
  const gone = names.filter((name) => !kept.has(name));
  for (const name of gone) await rm(join(directory, name), { force: true });
  return gone.length;
}
