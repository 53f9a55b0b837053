import type { Id } from "@granary/kernel";
import { isAppError } from "@granary/kernel";
import type { CheckedAccess } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../../datasets/index.ts";

/** What the caller may do with a dataset. The same for one that does not exist and for one that is not theirs to see. */
export async function checkDatasetAccess(ctx: Ctx, dataset: string): Promise<CheckedAccess> {
  try {
    const { id, name, decision } = await requireDataset(ctx, dataset);
    const { level, hides } = decision;
    const kept = [
      ...(hides.columns ? ["some columns are hidden"] : []),
      ...(hides.values ? ["some values are masked"] : []),
      ...(hides.rows ? ["some rows are left out"] : []),
    ];
    const reason = kept.length === 0 ? "You see all of it." : `You see it, but ${kept.join(", ")}.`;
    return { dataset: { id: id as Id<"dataset">, name }, allowed: true, level, reason };
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith("dataset.")) throw error;
    return { dataset: null, allowed: false, level: "none", reason: "There is no such dataset, or it is not shared with you." };
  }
}
