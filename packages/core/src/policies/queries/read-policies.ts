import { decodeCursor, type PolicyView, problem, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { labelsOf } from "../labels.ts";
import { presentPolicy } from "../present.ts";
import { findPolicyRow, listPolicyRows, type PolicyFilter } from "../store.ts";

interface ListQuery extends PolicyFilter {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The policies of the workspace by name. */
export async function listPolicies(ctx: Ctx, { cursor, limit, ...filter }: ListQuery): Promise<{ items: PolicyView[]; next: string | null }> {
  const after = decodeCursor(cursor, 2) as [string, string] | undefined;
  const rows = await listPolicyRows(ctx.db, filter, { after, limit: limit + 1 });
  const labels = await labelsOf(ctx, rows);
  return toPage(
    rows,
    limit,
    (row) => presentPolicy(ctx.principal, row, labels),
    (row) => [row.sort_name, row.id],
  );
}

/** One policy. Throws `policy.not_found`. */
export async function getPolicy(ctx: Ctx, id: string): Promise<PolicyView> {
  const row = await findPolicyRow(ctx.db, id);
  if (row === undefined) throw problem("policy.not_found");
  return presentPolicy(ctx.principal, row, await labelsOf(ctx, [row]));
}
