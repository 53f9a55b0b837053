import { type Account, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireAccount } from "../open-session.ts";
import { requireSession } from "../person.ts";
import { presentAccount, presentPreferences } from "../present.ts";
import { updateProfile } from "../store/accounts.ts";

type Defined<T> = { readonly [K in keyof T]?: T[K] | undefined };

export interface ProfileChange {
  readonly name?: string | undefined;
  readonly preferences?:
    | (Defined<Omit<Account["preferences"], "notifications">> & { readonly notifications?: Defined<Account["preferences"]["notifications"]> | undefined })
    | undefined;
}

/** Changes the caller's name or preferences; what is not named stays. */
export async function updateAccount(ctx: Ctx, version: number, change: ProfileChange): Promise<Account> {
  const { userId } = requireSession(ctx.principal);
  return ctx.system.tx(async (ctx) => {
    const before = await requireAccount(ctx, userId);
    const kept = presentPreferences(before.preferences);
    const wanted = change.preferences ?? {};
    const preferences = presentPreferences({ ...kept, ...wanted, notifications: { ...kept.notifications, ...wanted.notifications } });
    const fields = { ...(change.name === undefined ? {} : { name: change.name }), preferences: JSON.stringify(preferences), now: ctx.now };
    if (!(await updateProfile(ctx.db, userId, version, fields))) throw problem("edit.conflict", { current: presentAccount(await requireAccount(ctx, userId)) });
    const after = presentAccount(await requireAccount(ctx, userId));
    await ctx.record({
      type: "user.updated_profile",
      subject: { id: userId, label: after.email },
      data: { before: { name: before.name, preferences: kept }, after: { name: after.name, preferences: after.preferences } },
    });
    return after;
  });
}
