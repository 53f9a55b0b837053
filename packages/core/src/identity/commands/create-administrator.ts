import { isUniqueViolation } from "@granary/db";
import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { hashPassword, requireGoodPassword } from "../password.ts";
import { FIRST_WORKSPACE } from "../rules.ts";
import type { AccountRow } from "../store/accounts.ts";
import { holdFirstRun, isSetupNeeded } from "../store/one-time-tokens.ts";
import { createAccount } from "./create-account.ts";
import { createFirstAdmin } from "./set-up-instance.ts";

export interface NewAdministrator {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** Whether the password must be replaced at the first sign-in, because a machine chose it. */
  readonly mustChangePassword: boolean;
}

export interface CreatedAdministrator {
  readonly id: string;
  readonly email: string;
  /** The first administrator is protected and comes with a workspace of their own. */
  readonly first: boolean;
}

/**
 * Creates an administrator of the installation for whoever runs it: the first one while there is none, another one with
 * the role of an administrator in the oldest workspace afterwards. Throws `auth.password_refused` or `user.email_taken`.
 */
export async function createAdministrator(ctx: Ctx, input: NewAdministrator): Promise<CreatedAdministrator> {
  await requireGoodPassword(input.password, input, "password");
  const passwordHash = await hashPassword(input.password);
  try {
    return await ctx.system.tx(async (ctx) => {
      await holdFirstRun(ctx.db);
      const first = await isSetupNeeded(ctx.db);
      const account = first
        ? await createFirstAdmin(ctx, { ...input, workspaceName: FIRST_WORKSPACE }, passwordHash)
        : await createAnother(ctx, input, passwordHash);
      return { id: account.id, email: account.email, first };
    });
  } catch (error) {
    if (isUniqueViolation(error, "users_email_key")) throw problem("user.email_taken", { email: input.email }, { cause: error });
    throw error;
  }
}

async function createAnother(ctx: TxCtx, input: NewAdministrator, passwordHash: string): Promise<AccountRow> {
  const { email, name, mustChangePassword } = input;
  const workspace = await ctx.db.selectFrom("workspaces").select("id").orderBy("created_at").orderBy("id").limit(1).executeTakeFirst();
  if (workspace === undefined) throw problem("workspace.not_found");
  const workspaceId = workspace.id as Id<"workspace">;
  const account = await createAccount(ctx, {
    email,
    name,
    passwordHash,
    mustChangePassword,
    emailVerified: true,
    instanceAdmin: true,
    home: { workspaceId, roles: ["admin"] },
  });
  await ctx.record({ type: "user.created", workspaceId, subject: { id: account.id, label: email }, data: { roles: ["admin"], instanceAdmin: true } });
  return account;
}
