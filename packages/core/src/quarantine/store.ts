import type { Reader, Writer } from "@granary/db";
import { newId } from "@granary/kernel";
import type { PolicyFields } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";

const originOf = (datasetId: string): string => `quarantine:${datasetId}`;

/** Adds policies that stand for the quarantine of a dataset. */
export async function insertQuarantine(ctx: TxCtx, datasetId: string, policies: readonly PolicyFields[]): Promise<void> {
  const values = policies.map(({ name, description, effect, level, subjects, except, targets }) => ({
    id: newId("policy", ctx.now.getTime()),
    workspace_id: ctx.workspaceId,
    origin: originOf(datasetId),
    name,
    description,
    effect,
    level,
    subjects: JSON.stringify(subjects),
    exceptions: JSON.stringify(except),
    targets: JSON.stringify(targets),
    created_by: ctx.principal.userId,
    updated_by: ctx.principal.userId,
    created_at: ctx.now,
    updated_at: ctx.now,
  }));
  await ctx.db.insertInto("policies").values(values).execute();
}

/** Removes the policies that stand for the quarantine of a dataset; answers how many there were. */
export async function deleteQuarantine(db: Writer, datasetId: string): Promise<number> {
  const deleted = await db.deleteFrom("policies").where("origin", "=", originOf(datasetId)).executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** Whether a dataset is for its owner and stewards alone. */
export async function isQuarantined(db: Reader | Writer, datasetId: string): Promise<boolean> {
  const query = (db as Reader)
    .selectFrom("policies")
    .select("id")
    .where("origin", "=", originOf(datasetId))
    .where("effect", "=", "deny")
    .where("enabled", "=", true);
  return (await query.executeTakeFirst()) !== undefined;
}
