import { problem, type Workspace } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentWorkspace } from "../present.ts";
import { findWorkspaceRow } from "../store.ts";

/** The workspace of the request. Any other one is answered as if it did not exist. */
export async function getWorkspace(ctx: Ctx, idOrSlug: string): Promise<Workspace> {
  const row = await findWorkspaceRow(ctx.db, idOrSlug);
  if (row === undefined) throw problem("workspace.not_found");
  return presentWorkspace(ctx.principal, row);
}
