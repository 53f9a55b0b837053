import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findAccountByEmail } from "../store/accounts.ts";
import { unlockUser } from "./unlock-user.ts";

/** Lifts every lock of the account with this address, for whoever runs the installation. Answers whether there was one. Throws `account.unknown`. */
export async function unlockAccount(ctx: Ctx, email: string): Promise<boolean> {
  return ctx.system.tx(async (ctx) => {
    const account = await findAccountByEmail(ctx.db, email);
    if (account === undefined) throw problem("account.unknown", { email });
    return unlockUser(ctx, account.id);
  });
}
