import { isUniqueViolation } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { problem, type Workspace } from "@granary/protocol";
import { type Ctx, type Principal, requireUser, type TxCtx } from "../../context/index.ts";
import { presentWorkspace } from "../present.ts";
import { freeSlug, slugFrom } from "../rules.ts";
import { findWorkspaceRow, insertWorkspace, takenSlugs, type WorkspaceRow } from "../store.ts";

/** Creates a workspace; the caller becomes its administrator. */
export async function createWorkspace(ctx: Ctx, input: { name: string; slug?: string | undefined }): Promise<Workspace> {
  const userId = requireUser(ctx.principal);
  try {
    return await ctx.system.tx(async (ctx) => presentWorkspace(ctx.principal, await addWorkspace(ctx, { ...input, adminId: userId })));
  } catch (error) {
    if (isUniqueViolation(error, "workspaces_slug_key")) throw problem("workspace.slug_taken", { slug: input.slug ?? slugFrom(input.name) }, { cause: error });
    throw error;
  }
}

export interface NewWorkspace {
  readonly name: string;
  /** From the name when left out, with a number behind it when that is taken. */
  readonly slug?: string | undefined;
  /** The person who becomes its administrator. */
  readonly adminId: Id<"user">;
  /** Who does it, where nobody is signed in yet. */
  readonly principal?: Principal;
}

/** Adds a workspace with its administrator inside the caller's transaction (scope `system`). */
export async function addWorkspace(ctx: TxCtx, input: NewWorkspace): Promise<WorkspaceRow> {
  const id = newId("workspace", ctx.now.getTime());
  const wished = slugFrom(input.name);
  const slug = input.slug ?? freeSlug(wished, await takenSlugs(ctx.db, wished));
  await insertWorkspace(ctx.db, { id, slug, name: input.name }, input.adminId);
  await ctx.record({
    type: "workspace.created",
    workspaceId: id,
    subject: { id, label: input.name },
    data: { slug },
    ...(input.principal === undefined ? {} : { principal: input.principal }),
  });
  const row = await findWorkspaceRow(ctx.db, id);
  if (row === undefined) throw problem("workspace.not_found");
  return row;
}
