import type { User } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { unlockUser } from "../../identity/index.ts";
import { holdForAction, presentAfter } from "../acting-on.ts";

/** Forgets a person's wrong attempts, so that they can sign in again now. */
export function unlockPerson(ctx: Ctx, idOrEmail: string): Promise<User> {
  return ctx.system.tx((ctx) => unlockIn(ctx, idOrEmail));
}

export async function unlockIn(ctx: TxCtx, idOrEmail: string): Promise<User> {
  const person = await holdForAction(ctx, idOrEmail, "unlock");
  await unlockUser(ctx, person.id);
  return presentAfter(ctx, person.id);
}
