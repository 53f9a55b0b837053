import { isAppError } from "@granary/kernel";
import type { BulkResult, UserBulkAction } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { removeIn } from "./remove-person.ts";
import { sendPasswordLinkIn } from "./reset-password.ts";
import { changeRolesIn } from "./set-roles.ts";
import { activateIn, deactivateIn } from "./set-status.ts";
import { unlockIn } from "./unlock-person.ts";

export interface PeopleChange {
  readonly ids: readonly string[];
  readonly action: UserBulkAction;
  readonly role?: string | undefined;
}

type OneChange = (ctx: TxCtx, id: string, role: string) => Promise<unknown>;

const CHANGES = {
  activate: activateIn,
  deactivate: deactivateIn,
  remove: removeIn,
  reset_password: sendPasswordLinkIn,
  unlock: unlockIn,
  add_role: (ctx, id, role) => changeRolesIn(ctx, id, { next: (held) => [...held, role] }),
  remove_role: (ctx, id, role) => changeRolesIn(ctx, id, { next: (held) => held.filter((name) => name !== role) }),
} as const satisfies Record<UserBulkAction, OneChange>;

/**
 * Does the same to many people in one transaction, each behind a savepoint: one that is refused leaves the others done,
 * and the answer says why it was.
 */
export function changePeople(ctx: Ctx, change: PeopleChange): Promise<BulkResult[]> {
  return ctx.system.tx(async (ctx) => {
    const results: BulkResult[] = [];
    for (const id of change.ids) results.push(await changeOne(ctx, id, change));
    return results;
  });
}

async function changeOne(ctx: TxCtx, id: string, change: PeopleChange): Promise<BulkResult> {
  const perform: OneChange = CHANGES[change.action];
  await sql`savepoint one_person`.execute(ctx.db);
  try {
    await perform(ctx, id, change.role ?? "");
    await sql`release savepoint one_person`.execute(ctx.db);
    return { id, ok: true, code: null, message: null };
  } catch (error) {
    if (!isAppError(error)) throw error;
    await sql`rollback to savepoint one_person`.execute(ctx.db);
    return { id, ok: false, code: error.code, message: error.message };
  }
}
