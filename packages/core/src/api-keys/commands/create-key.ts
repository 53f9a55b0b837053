import { newId } from "@granary/kernel";
import { type ApiKey, type Permission, problem } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { newToken, tokenHash } from "../../identity/index.ts";
import { presentKey } from "../present.ts";
import { exceedingScope, hintOf } from "../rules.ts";
import { findKeyRow, insertKey } from "../store.ts";

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** Null: never. */
  readonly expiresAt: string | null;
}

/** Creates a key of the caller's own. The secret is in this answer alone. */
export async function createKey(ctx: Ctx, input: NewKey): Promise<{ apiKey: ApiKey; secret: string }> {
  // A key that makes keys would outlive its own revocation.
  if (ctx.principal.kind !== "user") throw problem("auth.session_required");
  const userId = requireUser(ctx.principal);
  const permission = exceedingScope(ctx.principal, input.scopes);
  if (permission !== undefined) throw problem("api_key.scope_exceeds", { permission });
  const secret = newToken("api_key");
  return ctx.tx(async (ctx) => {
    const expiresAt = input.expiresAt === null ? null : new Date(input.expiresAt);
    if (expiresAt !== null && expiresAt <= ctx.now) throw problem("request.invalid", {}, { issues: [{ path: "body.expiresAt", message: "must be ahead" }] });
    const id = newId("apiKey", ctx.now.getTime());
    const hint = hintOf(secret);
    await insertKey(ctx.db, {
      id,
      workspaceId: ctx.workspaceId,
      userId,
      name: input.name,
      hash: tokenHash(secret),
      hint,
      scopes: input.scopes,
      expiresAt,
      now: ctx.now,
    });
    await ctx.record({ type: "api_key.created", subject: { id, label: input.name }, data: { hint, scopes: input.scopes, expiresAt: input.expiresAt } });
    const row = await findKeyRow(ctx.db, id);
    if (row === undefined) throw problem("api_key.not_found");
    return { apiKey: presentKey(ctx.principal, row, ctx.now), secret };
  });
}
