import { isUniqueViolation } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { type PolicyFields, type PolicyView, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { checkPolicy, requireReadingAdministrator } from "../check-policy.ts";
import { labelsOf } from "../labels.ts";
import { presentPolicy } from "../present.ts";
import {
  deletePolicyRow,
  findPolicyRow,
  freeName,
  holdPolicies,
  insertPolicyRow,
  listPolicyRows,
  MAX_POLICIES,
  type PolicyRow,
  updatePolicyRow,
} from "../store.ts";

export const fieldsOf = ({ name, description, enabled, effect, subjects, except, targets, level, mask, filter, conditions }: PolicyRow): PolicyFields => ({
  name,
  description,
  enabled,
  effect,
  subjects,
  except,
  targets,
  level,
  mask,
  filter,
  conditions,
});

async function shown(ctx: TxCtx, id: string): Promise<PolicyView> {
  const row = await findPolicyRow(ctx.db, id);
  if (row === undefined) throw problem("policy.not_found");
  return presentPolicy(ctx.principal, row, await labelsOf(ctx, [row]));
}

async function namingTaken<T>(name: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (isUniqueViolation(error, "policies_name_key")) throw problem("policy.name_taken", { name }, { cause: error });
    throw error;
  }
}

/** Refuses to end a transaction by whose policies no administrator reads anything. */
async function requireStillReading(ctx: TxCtx): Promise<void> {
  const rows = await listPolicyRows(ctx.db, { effect: "deny", enabled: true }, { after: undefined, limit: MAX_POLICIES });
  await requireReadingAdministrator(ctx, rows);
}

/** Adds a policy in the caller's transaction, behind the lock of policies; under a name like its own where that is taken, if it is a setting's. */
export async function addPolicy(ctx: TxCtx, fields: PolicyFields, origin = ""): Promise<Id<"policy">> {
  const id = newId("policy", ctx.now.getTime());
  const name = origin === "" ? fields.name : await freeName(ctx, fields.name);
  await insertPolicyRow(ctx, { ...fields, name, id, origin });
  await ctx.record({ type: "policy.created", subject: { id, label: name }, data: { after: { ...fields, name } } });
  return id;
}

/** Changes a policy in the caller's transaction, behind the lock of policies. */
export async function changePolicy(ctx: TxCtx, before: PolicyRow, fields: PolicyFields): Promise<void> {
  await updatePolicyRow(ctx, before.id, fields);
  await ctx.record({ type: "policy.updated", subject: { id: before.id, label: fields.name }, data: { before: fieldsOf(before), after: fields } });
}

/** Removes a policy in the caller's transaction. */
export async function removePolicy(ctx: TxCtx, row: PolicyRow): Promise<void> {
  await deletePolicyRow(ctx, row.id);
  await ctx.record({ type: "policy.deleted", subject: { id: row.id, label: row.name }, data: { before: fieldsOf(row) } });
}

/** Makes a policy. Throws `policy.name_taken`, `policy.contradicts` and `policy.locks_out`. */
export async function createPolicy(ctx: Ctx, fields: PolicyFields): Promise<PolicyView> {
  await checkPolicy(ctx, fields, undefined);
  return namingTaken(fields.name, () =>
    ctx.tx(async (ctx) => {
      await holdPolicies(ctx);
      const id = await addPolicy(ctx, fields);
      await requireStillReading(ctx);
      return shown(ctx, id);
    }),
  );
}

/** Changes a policy, if it is still at the version the caller read. Throws like {@link createPolicy}. */
export async function updatePolicy(ctx: Ctx, id: string, version: number, fields: PolicyFields): Promise<PolicyView> {
  const known = await findPolicyRow(ctx.db, id);
  if (known === undefined) throw problem("policy.not_found");
  await checkPolicy(ctx, fields, known);
  return namingTaken(fields.name, () =>
    ctx.tx(async (ctx) => {
      await holdPolicies(ctx);
      const before = await findPolicyRow(ctx.db, id);
      if (before === undefined) throw problem("policy.not_found");
      if (before.version !== version) throw problem("edit.conflict", { current: await shown(ctx, id) });
      await changePolicy(ctx, before, fields);
      await requireStillReading(ctx);
      return shown(ctx, id);
    }),
  );
}

/** Deletes a policy, if it is still at the version the caller read; what it kept from people they see from then on. */
export function deletePolicy(ctx: Ctx, id: string, version: number): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    await holdPolicies(ctx);
    const row = await findPolicyRow(ctx.db, id);
    if (row === undefined) throw problem("policy.not_found");
    if (row.version !== version) throw problem("edit.conflict", { current: await shown(ctx, id) });
    await removePolicy(ctx, row);
    return undefined;
  });
}
