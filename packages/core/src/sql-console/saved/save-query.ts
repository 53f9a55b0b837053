import { isUniqueViolation } from "@granary/db";
import { newId } from "@granary/kernel";
import { problem, type SavedQuery } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentSaved } from "./present.ts";
import { requireOwnSaved, requireSaved } from "./read-saved.ts";
import { insertSaved, type SavedFields, updateSavedRow } from "./store.ts";

async function namingTaken<T>(name: string | undefined, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (isUniqueViolation(error, "saved_queries_name_key")) throw problem("saved_query.name_taken", { name }, { cause: error });
    throw error;
  }
}

const shown = async (ctx: TxCtx, id: string): Promise<SavedQuery> => presentSaved(ctx.principal, await requireSaved(ctx, id));

/** Saves a query under a name that is the caller's only one. */
export async function saveQuery(ctx: Ctx, fields: SavedFields): Promise<SavedQuery> {
  return namingTaken(fields.name, () =>
    ctx.tx(async (ctx) => {
      const id = newId("savedQuery", ctx.now.getTime());
      await insertSaved(ctx, id, fields);
      await ctx.record({ type: "query.saved", subject: { id, label: fields.name }, data: { sql: fields.sql, visibility: fields.visibility } });
      return shown(ctx, id);
    }),
  );
}

export type SavedChange = { readonly [K in keyof SavedFields]?: SavedFields[K] | undefined };

/** Changes a query the caller saved, if it is still at the version they read. */
export async function updateSaved(ctx: Ctx, id: string, version: number, change: SavedChange): Promise<SavedQuery> {
  return namingTaken(change.name, () =>
    ctx.tx(async (ctx) => {
      await ctx.db.selectFrom("saved_queries").select("id").where("id", "=", id).forUpdate().execute();
      const before = await requireOwnSaved(ctx, id);
      if (before.version !== version) throw problem("edit.conflict", { current: presentSaved(ctx.principal, before) });
      const { name, description, sql, visibility } = before;
      const fields: SavedFields = {
        name: change.name ?? name,
        description: change.description ?? description,
        sql: change.sql ?? sql,
        visibility: change.visibility ?? visibility,
      };
      await updateSavedRow(ctx, id, fields);
      await ctx.record({ type: "query.updated", subject: { id, label: fields.name }, data: { before: { name, description, sql, visibility }, after: fields } });
      return shown(ctx, id);
    }),
  );
}

/** Deletes a query the caller saved. */
export async function deleteSaved(ctx: Ctx, id: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const { name, sql } = await requireOwnSaved(ctx, id);
    await ctx.db.deleteFrom("saved_queries").where("id", "=", id).execute();
    await ctx.record({ type: "query.deleted", subject: { id, label: name }, data: { sql } });
    return undefined;
  });
}
