import type { Id } from "@granary/kernel";
import type { Ctx } from "../../context/index.ts";

/** A dataset and its table, as maintenance needs them. */
export interface MaintainedTable {
  readonly id: string;
  readonly workspaceId: Id<"workspace">;
  readonly name: string;
  readonly tableName: string;
}

/** The dataset after that id, of any workspace and also in the trash, that has a table; undefined at the end. */
export async function nextTable(ctx: Ctx, after: string): Promise<MaintainedTable | undefined> {
  const row = await ctx.system.db
    .selectFrom("datasets")
    .select(["id", "workspace_id", "name", "table_name"])
    .where("data_version", ">", 0)
    .where("id", ">", after)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { id: row.id, workspaceId: row.workspace_id as Id<"workspace">, name: row.name, tableName: row.table_name };
}
