import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../../datasets/index.ts";
import { releaseFromQuarantine } from "../../quarantine/index.ts";

/** Ends the quarantine of a dataset that the caller sees. */
export function releaseDataset(ctx: Ctx, idOrName: string): Promise<void> {
  return ctx.tx(async (ctx) => releaseFromQuarantine(ctx, await requireDataset(ctx, idOrName)));
}
