import { type Account, problem } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { presentAccount } from "../present.ts";
import { findAccount } from "../store/accounts.ts";

/** The caller's own account. */
export async function getAccount(ctx: Ctx): Promise<Account> {
  const row = await findAccount(ctx.system.db, requireUser(ctx.principal));
  if (row === undefined) throw problem("auth.required");
  return presentAccount(row, ctx.principal.kind === "api_key");
}
