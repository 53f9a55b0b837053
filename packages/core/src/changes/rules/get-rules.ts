import type { ChangeRules } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../../datasets/index.ts";
import { presentRules } from "./present-rules.ts";
import { findRules } from "./store.ts";

/** What a dataset asks of its change requests now. */
export async function getRules(ctx: Ctx, dataset: string): Promise<ChangeRules> {
  const row = await requireDataset(ctx, dataset);
  return presentRules(ctx.principal, row, await findRules(ctx.db, row.id));
}
