import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { addWorkspace } from "../../workspaces/index.ts";
import { type Granted, openSession } from "../open-session.ts";
import { hashPassword, requireGoodPassword } from "../password.ts";
import { asDoer } from "../person.ts";
import { type AccountRow, storeHomeWorkspace } from "../store/accounts.ts";
import { findOneTimeToken, holdFirstRun, isSetupNeeded, takeOneTimeToken } from "../store/one-time-tokens.ts";
import { tokenHash } from "../tokens.ts";
import { createAccount } from "./create-account.ts";

export interface FirstAdmin {
  readonly email: string;
  readonly name: string;
  readonly workspaceName: string;
}

/**
 * Creates the first, protected administrator and the first workspace with the one-time token of the first run, and signs in.
 * Setup is closed by the same transaction, for ever: of two at the same moment one wins, the other gets `auth.setup_closed`.
 */
export async function setUpInstance(ctx: Ctx, input: FirstAdmin & { readonly token: string; readonly password: string }): Promise<Granted> {
  const hash = tokenHash(input.token);
  if (!(await isSetupNeeded(ctx.system.db))) throw problem("auth.setup_closed");
  if ((await findOneTimeToken(ctx.system.db, "first_run", hash, ctx.services.clock.now())) === undefined) throw problem("auth.token_invalid");
  await requireGoodPassword(input.password, input, "password");
  const passwordHash = await hashPassword(input.password);
  return ctx.system.tx(async (ctx) => {
    await holdFirstRun(ctx.db);
    if (!(await isSetupNeeded(ctx.db))) throw problem("auth.setup_closed");
    if ((await takeOneTimeToken(ctx.db, "first_run", hash, ctx.now)) === undefined) throw problem("auth.token_invalid");
    const account = await createFirstAdmin(ctx, input, passwordHash);
    return openSession(ctx, account, { client: "web", remember: false });
  });
}

/** The rows of a first administrator with their workspace; the caller holds the first run. */
export async function createFirstAdmin(ctx: TxCtx, input: FirstAdmin, passwordHash: string): Promise<AccountRow> {
  const { email, name } = input;
  const account = await createAccount(ctx, { email, name, passwordHash, emailVerified: true, instanceAdmin: true, protected: true, home: null });
  const userId = account.id as Id<"user">;
  const workspace = await addWorkspace(ctx, { name: input.workspaceName, adminId: userId, principal: asDoer(account) });
  const workspaceId = workspace.id as Id<"workspace">;
  await storeHomeWorkspace(ctx.db, userId, workspaceId);
  const settled = { ...account, home_workspace_id: workspaceId };
  await ctx.record({ type: "instance.set_up", principal: asDoer(settled), subject: { id: userId, label: email } });
  return settled;
}
