import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isId } from "@granary/kernel";
import { sql } from "kysely";
import { createCtx, type Ctx, systemPrincipal } from "../../context/index.ts";
import { removeInBatches } from "../../maintenance/index.ts";
import { runsFolder } from "../folder.ts";
import { failOrphan } from "./fail-orphan.ts";

const KEEP_OUTPUTS_DAYS = 7;
const KEEP_LOGS_DAYS = 90;
/** Folders looked at in one question. */
const AT_ONCE = 500;

const endedBefore = (days: number) => sql<boolean>`ended_at < clock_timestamp() - make_interval(days => ${days})`;

/** Removes folders of runs that ended long ago or do not exist, and what the steps say of the files in them. */
async function removeFolders(ctx: Ctx): Promise<number> {
  const folder = runsFolder(ctx.services.config.dataDir);
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => isId("run", name));
  let removed = 0;
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const kept = await ctx.system.db
      .selectFrom("runs")
      .select("id")
      .where("id", "in", some)
      .where((eb) => eb.or([eb("ended_at", "is", null), eb.not(endedBefore(KEEP_OUTPUTS_DAYS))]))
      .execute();
    const ids = new Set(kept.map(({ id }) => id));
    const gone = some.filter((name) => !ids.has(name));
    if (gone.length === 0) continue;
    await ctx.system.tx(async ({ db }) => {
      await db.updateTable("run_steps").set({ output: null }).where("run_id", "in", gone).where("output", "is not", null).execute();
      await db.deleteFrom("run_chunks").where("run_id", "in", gone).execute();
    });
    for (const name of gone) await rm(join(folder, name), { recursive: true, force: true });
    removed += gone.length;
  }
  return removed;
}

const TABLES = ["run_logs", "run_rejects"] as const;

/** Removes log lines and rejected rows of runs that ended long ago. */
async function removeLines(ctx: Ctx): Promise<number> {
  let removed = 0;
  for (const table of TABLES) {
    removed += await removeInBatches(ctx, async ({ db }, limit) => {
      const { rows } = await sql<{ one: number }>`
        delete from ${sql.table(table)} where ctid in (
          select l.ctid from ${sql.table(table)} l join runs on runs.id = l.run_id where ${endedBefore(KEEP_LOGS_DAYS)} limit ${limit}
        ) returning 1 as one`.execute(db);
      return rows.length;
    });
  }
  return removed;
}

/** Runs whose job is over although they are not: somebody cancelled the job itself, or it was given up. */
async function endOrphans(ctx: Ctx): Promise<number> {
  const orphans = await ctx.system.db
    .selectFrom("runs as r")
    .innerJoin("jobs as j", "j.id", "r.job_id")
    .select(["r.id", "r.workspace_id"])
    .where("r.ended_at", "is", null)
    .where("r.state", "!=", "paused")
    .where("j.state", "in", ["failed", "cancelled", "succeeded"])
    .where("j.finished_at", "<", sql<Date>`clock_timestamp() - interval '1 minute'`)
    .execute();
  for (const { id, workspace_id } of orphans) {
    const own = createCtx({ services: ctx.services, principal: systemPrincipal(workspace_id as never), request: ctx.request });
    await own.tx((tx) => failOrphan(tx, id));
  }
  return orphans.length;
}

/** Clears away what runs left: outputs after a week, logs and rejected rows after three months; and ends runs that nobody carries out. */
export async function maintainRuns(ctx: Ctx): Promise<{ readonly folders: number; readonly lines: number; readonly orphans: number }> {
  return { orphans: await endOrphans(ctx), folders: await removeFolders(ctx), lines: await removeLines(ctx) };
}
