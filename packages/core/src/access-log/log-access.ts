import { type Ctx, requireWorkspace, type TxCtx } from "../context/index.ts";
import { type Access, toAccessRow } from "./entry.ts";
import { writeEntries } from "./recorder.ts";
import { insertEntries } from "./store.ts";

/** Writes what the caller saw into the access log. Settles when it is committed: no answer may leave before. */
export async function logAccess(ctx: Ctx, accesses: readonly Access[]): Promise<void> {
  const { principal, request, services } = ctx;
  const origin = { principal, request, now: services.clock.now() };
  await writeEntries(
    services.database,
    accesses.map((access) => toAccessRow(origin, ctx.workspaceId, access)),
  );
}

/** Writes what is done to data into the access log, in the transaction that does it. */
export async function logChange(ctx: TxCtx, access: Access, principal = ctx.principal): Promise<void> {
  await insertEntries([toAccessRow({ principal, request: ctx.request, now: ctx.now }, requireWorkspace(ctx.principal), access)]).execute(ctx.db);
}
