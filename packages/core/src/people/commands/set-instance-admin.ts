import type { User } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { holdForAction, presentAfter } from "../acting-on.ts";
import { updateAccount } from "../store.ts";

/** Makes a person an administrator of the installation, or takes that away. The first administrator stays one. */
export function setInstanceAdmin(ctx: Ctx, idOrEmail: string, instanceAdmin: boolean): Promise<User> {
  return ctx.system.tx(async (ctx) => {
    const person = await holdForAction(ctx, idOrEmail, "setInstanceAdmin");
    if (person.instance_admin !== instanceAdmin) {
      await updateAccount(ctx.db, person.id, { instance_admin: instanceAdmin }, ctx.now);
      await ctx.record({
        type: "user.instance_admin_changed",
        subject: { id: person.id, label: person.email },
        data: { before: !instanceAdmin, after: instanceAdmin },
      });
    }
    return presentAfter(ctx, person.id);
  });
}
