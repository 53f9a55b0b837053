import type { Id } from "@granary/kernel";
import { ENTITIES } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { type DatasetRow, findSeenBy } from "../datasets/index.ts";
import { findPrincipalOfUser } from "../identity/index.ts";
import { holdersOf, notify } from "../notifications/index.ts";
import { isSeen } from "./on-dataset.ts";
import type { NewFinding } from "./store.ts";

/** More than these read the page without being told. */
const MAX_TOLD = 100;
const MAX_KINDS = 3;

/** Somebody who decides about findings, and the dataset as they see it. */
export interface Steward {
  readonly userId: string;
  readonly dataset: DatasetRow;
}

/** The stewards for whom a dataset exists: nobody is told of one they may not see. */
export async function stewardsOf(ctx: Ctx, datasetId: string): Promise<readonly Steward[]> {
  const found: Steward[] = [];
  for (const userId of (await holdersOf(ctx, "privacy:manage")).slice(0, MAX_TOLD)) {
    const principal = await findPrincipalOfUser(ctx.services, userId as Id<"user">, ctx.workspaceId);
    const dataset = principal === undefined ? undefined : await findSeenBy(ctx, principal, datasetId);
    if (dataset !== undefined && dataset.decision.level !== "none") found.push({ userId, dataset });
  }
  return found;
}

/** Tells a steward of suggestions about columns that they see. */
async function tell(ctx: TxCtx, { userId, dataset }: Steward, asked: readonly NewFinding[]): Promise<void> {
  const seen = asked.filter(({ fieldId }) => isSeen(dataset, fieldId));
  if (seen.length === 0) return;
  const kinds = [...new Set(seen.map(({ entity }) => ENTITIES[entity].many))];
  const more = kinds.length > MAX_KINDS ? ` and ${kinds.length - MAX_KINDS} more` : "";
  const count = new Set(seen.map(({ fieldId }) => fieldId)).size;
  await notify(ctx, {
    to: { userIds: [userId] },
    kind: "dataset.personal_data_scanned",
    title: count === 1 ? "A column looks like personal data" : `${count} columns look like personal data`,
    body: `${dataset.name}: ${kinds.slice(0, MAX_KINDS).join(", ")}${more}.`,
    link: "/personal-data",
  });
}

export async function tellStewards(ctx: TxCtx, stewards: readonly Steward[], asked: readonly NewFinding[]): Promise<void> {
  for (const steward of stewards) await tell(ctx, steward, asked);
}
