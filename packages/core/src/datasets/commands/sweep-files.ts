import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ctx } from "../../context/index.ts";
import { sweepUploads } from "../../uploads/index.ts";

/** Nothing runs this long, so what is older and belongs to nobody was left behind by a crash. */
const ABANDONED_AFTER_MS = 86_400_000;

interface Swept {
  readonly uploads: number;
  readonly downloads: number;
  readonly tableFiles: number;
}

async function abandonedIn(directory: string, nowMs: number): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    const info = await stat(join(directory, name)).catch(() => undefined);
    if (info?.isFile() === true && nowMs - info.mtimeMs >= ABANDONED_AFTER_MS) old.push(name);
  }
  return old;
}

async function remove(directory: string, names: readonly string[]): Promise<number> {
  for (const name of names) await rm(join(directory, name), { force: true });
  return names.length;
}

async function sweepTables(ctx: Ctx): Promise<number> {
  const workspaces = await ctx.system.db.selectFrom("workspaces").select("id").execute();
  let files = 0;
  for (const { id } of workspaces) {
    ctx.signal.throwIfAborted();
    files += (await ctx.system.tx((ctx) => ctx.services.lake.sweepOrphans(ctx.db, { workspaceId: id, minAgeMs: ABANDONED_AFTER_MS }))).files;
  }
  return files;
}

/** Removes files of the data directory and the lake that crashes left behind and nothing refers to. */
export async function sweepFiles(ctx: Ctx): Promise<Swept> {
  const { dataDir } = ctx.services.config;
  const downloads = join(dataDir, "tmp");
  return {
    uploads: await sweepUploads(ctx),
    downloads: await remove(downloads, await abandonedIn(downloads, ctx.services.clock.now().getTime())),
    tableFiles: await sweepTables(ctx),
  };
}
