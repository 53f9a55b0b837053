import type { Reader } from "@granary/db";
import { mayDo } from "../access/index.ts";
import type { Ctx } from "../context/index.ts";
import type { Visibility } from "./store.ts";

/** Which jobs the caller sees. */
export function visibilityOf(ctx: Pick<Ctx, "principal" | "workspaceId">): Visibility {
  return { workspaceId: ctx.workspaceId, ofInstallation: mayDo(ctx.principal, "instance:maintain") };
}

/** The handle that sees those jobs; jobs of the installation belong to no workspace and need the wider one. */
export function readerFor(ctx: Ctx, visibility: Visibility): Reader {
  return visibility.ofInstallation ? ctx.system.db : ctx.db;
}
