import { isUniqueViolation } from "@granary/db";
import { problem, type Workspace } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentWorkspace } from "../present.ts";
import { findWorkspaceRow, updateWorkspaceRow } from "../store.ts";

interface Change {
  readonly name?: string | undefined;
  readonly slug?: string | undefined;
}

/** Renames the workspace of the request, if it is still at the version the caller read. */
export async function updateWorkspace(ctx: Ctx, idOrSlug: string, version: number, change: Change): Promise<Workspace> {
  try {
    return await ctx.tx((ctx) => rename(ctx, idOrSlug, version, change));
  } catch (error) {
    if (isUniqueViolation(error, "workspaces_slug_key")) throw problem("workspace.slug_taken", { slug: change.slug }, { cause: error });
    throw error;
  }
}

async function rename(ctx: TxCtx, idOrSlug: string, version: number, change: Change): Promise<Workspace> {
  const before = await findWorkspaceRow(ctx.db, idOrSlug);
  if (before === undefined) throw problem("workspace.not_found");
  const fields = { ...(change.name === undefined ? {} : { name: change.name }), ...(change.slug === undefined ? {} : { slug: change.slug }) };
  if (!(await updateWorkspaceRow(ctx.db, { id: before.id, version }, fields, ctx.now))) {
    const current = await findWorkspaceRow(ctx.db, before.id);
    throw problem("edit.conflict", { current: presentWorkspace(ctx.principal, current ?? before) });
  }
  const after = await findWorkspaceRow(ctx.db, before.id);
  if (after === undefined) throw problem("workspace.not_found");
  await ctx.record({
    type: "workspace.updated",
    subject: { id: after.id, label: after.name },
    data: { before: { name: before.name, slug: before.slug }, after: { name: after.name, slug: after.slug } },
  });
  return presentWorkspace(ctx.principal, after);
}
