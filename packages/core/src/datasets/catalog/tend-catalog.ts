import { rm } from "node:fs/promises";
import { type Id, isAppError } from "@granary/kernel";
import { sql } from "kysely";
import { createCtx, type Ctx, systemPrincipal, type TxCtx } from "../../context/index.ts";
import { uploadPath } from "../../uploads/index.ts";
import { keptPath } from "../downloads/index.ts";
import { WORDS_MADE_BY } from "./words.ts";
import { writeWords } from "./write-words.ts";

const DAY_MS = 86_400_000;
const AT_ONCE = 100;

export interface Tended {
  readonly purged: number;
  readonly failed: number;
  readonly reworded: number;
  readonly forgottenWords: number;
}

interface Due {
  readonly id: string;
  readonly workspace_id: string;
}

const inWorkspace = (ctx: Ctx, workspaceId: string): Ctx =>
  createCtx({ services: ctx.services, principal: systemPrincipal(workspaceId as Id<"workspace">), request: ctx.request, log: ctx.log, signal: ctx.signal });

/** Deletes everything there is of a dataset but the audit trail: its rows in the database, its table, its downloads, and the files nothing else was loaded from. */
async function purge(ctx: TxCtx, id: string, before: Date): Promise<boolean> {
  const dataset = await ctx.db
    .selectFrom("datasets")
    .select(["name", "table_name"])
    .where("id", "=", id)
    .where("trashed_at", "<", before)
    .forUpdate()
    .executeTakeFirst();
  if (dataset === undefined) return false;
  const { dataDir } = ctx.services.config;
  const loaded = await ctx.db.selectFrom("batches").select("upload_id as id").distinct().where("dataset_id", "=", id).execute();
  const kept = await ctx.db.selectFrom("downloads").select("id").where("dataset_id", "=", id).where("kept", "=", true).execute();
  await ctx.services.lake.dropTable(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name });
  await ctx.db.deleteFrom("datasets").where("id", "=", id).execute();
  const uploads = await ctx.db
    .deleteFrom("uploads as u")
    .where("u.id", "in", loaded.length === 0 ? [""] : loaded.map((row) => row.id))
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom("batches as b").select("b.id").whereRef("b.upload_id", "=", "u.id"))))
    .returning("u.id")
    .execute();
  await ctx.record({ type: "dataset.purged", subject: { id, label: dataset.name } });
  ctx.afterCommit(async () => {
    for (const path of [...uploads.map((row) => uploadPath(dataDir, row.id)), ...kept.map((row) => keptPath(dataDir, row.id))]) await rm(path, { force: true });
  });
  return true;
}

async function emptyTrash(ctx: Ctx): Promise<{ readonly purged: number; readonly failed: number }> {
  const before = new Date(ctx.services.clock.now().getTime() - ctx.services.config.trashDays * DAY_MS);
  const result = { purged: 0, failed: 0 };
  for (let after = ""; ; ) {
    ctx.signal.throwIfAborted();
    const due: Due[] = await ctx.system.db
      .selectFrom("datasets")
      .select(["id", "workspace_id"])
      .where("trashed_at", "<", before)
      .where("id", ">", after)
      .orderBy("id")
      .limit(AT_ONCE)
      .execute();
    for (const { id, workspace_id } of due) {
      const there = inWorkspace(ctx, workspace_id);
      try {
        if (await there.tx((tx) => purge(tx, id, before))) result.purged += 1;
        await there.tx((tx) => tx.services.lake.deleteDiscards(tx.db, { workspaceId: workspace_id, tableName: id }));
      } catch (error) {
        // One damaged table must not keep all others from going.
        if (!isAppError(error)) throw error;
        ctx.log.error({ err: error, dataset: id }, "a dataset could not be removed from the trash for good");
        result.failed += 1;
      }
    }
    const last = due.at(-1);
    if (last === undefined) return result;
    after = last.id;
  }
}

/** Datasets that no catalog has seen yet, or an older one. */
async function rewriteWords(ctx: Ctx): Promise<number> {
  let reworded = 0;
  for (let after = ""; ; ) {
    ctx.signal.throwIfAborted();
    const old = ctx.system.db.selectFrom("datasets").select(["id", "workspace_id"]).where("words_made_by", "<>", WORDS_MADE_BY).where("id", ">", after);
    const rows = await old.orderBy("id").limit(AT_ONCE).execute();
    for (const [workspaceId, datasets] of Map.groupBy(rows, (row) => row.workspace_id))
      await inWorkspace(ctx, workspaceId).tx((tx) => writeWords(tx, ...datasets.map(({ id }) => id)));
    reworded += rows.length;
    const last = rows.at(-1);
    if (last === undefined) return reworded;
    after = last.id;
  }
}

/** Words that no dataset has any more. Whoever is adding words is waited for, and nobody adds any meanwhile. */
function forgetWords(ctx: Ctx): Promise<number> {
  return ctx.system.tx(async (tx) => {
    await sql`lock table catalog_words in share row exclusive mode`.execute(tx.db);
    const { numAffectedRows } = await sql`
      delete from catalog_words c where not exists (
        select from (select workspace_id, unnest(words) as word from datasets) used where used.workspace_id = c.workspace_id and used.word = c.word)`.execute(
      tx.db,
    );
    return Number(numAffectedRows ?? 0n);
  });
}

/** The nightly chore of the catalog: what has been in the trash for long enough goes for good, and words are put in order. */
export async function tendCatalog(ctx: Ctx): Promise<Tended> {
  const emptied = await emptyTrash(ctx);
  return { ...emptied, reworded: await rewriteWords(ctx), forgottenWords: await forgetWords(ctx) };
}
