import { isUniqueViolation } from "@granary/db";
import { newId } from "@granary/kernel";
import { problem, type Workspace } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentWorkspace } from "../present.ts";
import { freeSlug, slugFrom } from "../rules.ts";
import { findWorkspaceRow, insertWorkspace, takenSlugs } from "../store.ts";

/** Creates a workspace; the caller becomes its administrator. */
export async function createWorkspace(ctx: Ctx, input: { name: string; slug?: string | undefined }): Promise<Workspace> {
  const userId = requireUser(ctx.principal);
  try {
    return await ctx.system.tx(async (ctx) => {
      const slug = input.slug ?? freeSlug(slugFrom(input.name), await takenSlugs(ctx.db, slugFrom(input.name)));
      const id = newId("workspace", ctx.now.getTime());
      await insertWorkspace(ctx.db, { id, slug, name: input.name }, userId);
      await ctx.record({ type: "workspace.created", workspaceId: id, subject: { id, label: input.name }, data: { slug } });
      const row = await findWorkspaceRow(ctx.db, id);
      if (row === undefined) throw problem("workspace.not_found");
      return presentWorkspace(ctx.principal, row);
    });
  } catch (error) {
    if (isUniqueViolation(error, "workspaces_slug_key")) throw problem("workspace.slug_taken", { slug: input.slug ?? slugFrom(input.name) }, { cause: error });
    throw error;
  }
}
