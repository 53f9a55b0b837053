import { isUniqueViolation } from "@granary/db";
import { problem, type User } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { holdForAction, presentAfter } from "../acting-on.ts";
import { forgetLinks, updateAccount } from "../store.ts";

export interface PersonChange {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}

/** Changes a person's name or address, if the person is still at the version the caller read. */
export async function updatePerson(ctx: Ctx, idOrEmail: string, version: number, change: PersonChange): Promise<User> {
  try {
    return await ctx.system.tx(async (ctx) => {
      const before = await holdForAction(ctx, idOrEmail, "update");
      if (before.version !== version) throw problem("edit.conflict", { current: await presentAfter(ctx, before.id) });
      const after = { name: change.name ?? before.name, email: change.email ?? before.email };
      await updateAccount(ctx.db, before.id, after, ctx.now);
      if (after.email.toLowerCase() !== before.email.toLowerCase()) await forgetLinks(ctx.db, before.id);
      await ctx.record({
        type: "user.updated",
        subject: { id: before.id, label: after.email },
        data: { before: { name: before.name, email: before.email }, after },
      });
      return presentAfter(ctx, before.id);
    });
  } catch (error) {
    if (isUniqueViolation(error, "users_email_key")) throw problem("user.email_taken", { email: change.email }, { cause: error });
    throw error;
  }
}
