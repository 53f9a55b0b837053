import { type Id, newId } from "@granary/kernel";
import type { TxCtx } from "../../context/index.ts";
import { type AccountRow, insertAccount } from "../store/accounts.ts";
import { joinWorkspace } from "../store/invitations.ts";
import { requireAccount } from "../open-session.ts";

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** Null: the person chooses one by a link. */
  readonly passwordHash: string | null;
  readonly mustChangePassword?: boolean;
  readonly emailVerified: boolean;
  readonly instanceAdmin?: boolean;
  readonly protected?: boolean;
  /** The workspace it belongs to, with the person's roles there. */
  readonly home: { readonly workspaceId: Id<"workspace">; readonly roles: readonly string[] } | null;
}

/**
 * Creates a person with credentials and a first membership, in a transaction of the scope `system`; records nothing, since
 * each way to an account has its own event. A taken address breaks the constraint `users_email_key`.
 */
export async function createAccount(ctx: TxCtx, account: NewAccount): Promise<AccountRow> {
  const id = newId("user", ctx.now.getTime());
  await insertAccount(ctx.db, {
    id,
    email: account.email,
    name: account.name,
    homeWorkspaceId: account.home?.workspaceId ?? null,
    passwordHash: account.passwordHash,
    mustChangePassword: account.mustChangePassword ?? false,
    emailVerifiedAt: account.emailVerified ? ctx.now : null,
    instanceAdmin: account.instanceAdmin ?? false,
    protected: account.protected ?? false,
    now: ctx.now,
  });
  if (account.home !== null) await joinWorkspace(ctx.db, { userId: id, now: ctx.now, ...account.home });
  return requireAccount(ctx, id);
}
