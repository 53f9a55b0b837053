import { randomBytes } from "node:crypto";
import { isUniqueViolation } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { problem, type Workspace } from "@granary/protocol";
import { type Ctx, type Principal, requireUser, type TxCtx } from "../../context/index.ts";
import { presentWorkspace } from "../present.ts";
import { freeSlug, slugFrom } from "../rules.ts";
import { findWorkspaceRow, insertWorkspace, takenSlugs, type WorkspaceRow } from "../store.ts";

/** Two people may take the same free address at the same moment: the later one tries the next, and then one that nobody else will. */
const NUMBERED_ATTEMPTS = 2;
const MAX_ATTEMPTS = 5;
const RANDOM_BYTES = 4;

/** Creates a workspace; the caller becomes its administrator. */
export async function createWorkspace(ctx: Ctx, input: { name: string; slug?: string | undefined }): Promise<Workspace> {
  const adminId = requireUser(ctx.principal);
  for (let attempt = 1; ; attempt += 1) {
    const fallback = attempt > NUMBERED_ATTEMPTS ? `${slugFrom(input.name).slice(0, 36)}-${randomBytes(RANDOM_BYTES).toString("hex")}` : undefined;
    try {
      return await ctx.system.tx(async (ctx) => presentWorkspace(ctx.principal, await addWorkspace(ctx, { ...input, slug: input.slug ?? fallback, adminId })));
    } catch (error) {
      if (!isUniqueViolation(error, "workspaces_slug_key")) throw error;
      if (input.slug !== undefined || attempt >= MAX_ATTEMPTS)
        throw problem("workspace.slug_taken", { slug: input.slug ?? slugFrom(input.name) }, { cause: error });
    }
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
