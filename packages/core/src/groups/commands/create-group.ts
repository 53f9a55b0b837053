import { isUniqueViolation } from "@granary/db";
import { newId } from "@granary/kernel";
import { type Group, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { inRoleOrder, requireRoles } from "../../roles/index.ts";
import { requireGrantable } from "../changing.ts";
import { presentGroup } from "../present.ts";
import { findGroupRow, type GroupFields, insertGroup } from "../store.ts";

/** Creates a group without members. */
export async function createGroup(ctx: Ctx, input: GroupFields): Promise<Group> {
  try {
    return await ctx.tx(async (ctx) => {
      await requireRoles(ctx, input.roles);
      requireGrantable(ctx, input.roles);
      const id = newId("group", ctx.now.getTime());
      const roles = inRoleOrder(ctx.principal, input.roles);
      await insertGroup(ctx.db, { id, workspaceId: ctx.workspaceId, name: input.name, description: input.description, roles, now: ctx.now });
      await ctx.record({ type: "group.created", subject: { id, label: input.name }, data: { roles } });
      const row = await findGroupRow(ctx.db, id);
      if (row === undefined) throw problem("group.not_found");
      return presentGroup(ctx.principal, row);
    });
  } catch (error) {
    if (isUniqueViolation(error, "groups_name_key")) throw problem("group.name_taken", { name: input.name }, { cause: error });
    throw error;
  }
}
