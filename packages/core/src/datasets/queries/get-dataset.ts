import { type Dataset, problem } from "@granary/protocol";
import { noteRefusedDataset } from "../../access-log/index.ts";
import { atLeast, type DatasetLevel, type Decision, mayDo } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { type DatasetRow, findSeenDataset } from "../seen-datasets.ts";
import { findAskableRow } from "../store.ts";

const isDenied = ({ level, policies }: Decision): boolean => level === "none" && policies.some(({ effect }) => effect === "deny");

/** Only by its id, which nobody guesses, does anybody learn that there is a dataset they may ask for; nobody whom a policy denies it. */
async function refusal(ctx: Ctx | TxCtx, id: string, row: DatasetRow | undefined): Promise<Error> {
  noteRefusedDataset(
    ctx,
    id,
    row?.decision.policies.map((policy) => policy.id),
  );
  const mayAsk = row !== undefined && mayDo(ctx.principal, "dataset:read") && !isDenied(row.decision);
  const askable = mayAsk ? await findAskableRow(ctx.db, id) : undefined;
  return askable === undefined ? problem("dataset.not_found") : problem("dataset.not_shared", { owner: askable.owner_name ?? "an administrator" });
}

/** The row of a dataset the caller may see and, at `level`, act on. Not visible is 404, not allowed 403. */
export async function requireDataset(
  ctx: Ctx | TxCtx,
  idOrName: string,
  level: DatasetLevel = "viewer",
  options: { trashed?: boolean } = {},
): Promise<DatasetRow> {
  const row = await findSeenDataset(ctx, idOrName, options);
  if (row === undefined || row.decision.level === "none") throw await refusal(ctx, idOrName, row);
  if (!atLeast(row.decision.level, level)) throw problem("access.denied", { permission: `${level} of the dataset` });
  return row;
}

type Part = keyof Decision["hides"];

/**
 * Refuses what cannot be done, or would tell what is kept from the caller, unless they see all of a dataset, or all of these
 * parts of it. Throws `dataset.not_whole`.
 */
export function requireWhole({ decision }: DatasetRow, what: string, parts: readonly Part[] = ["columns", "values", "rows"]): void {
  if (parts.some((part) => decision.hides[part])) throw problem("dataset.not_whole", { what });
}

export async function getDataset(ctx: Ctx, idOrName: string): Promise<Dataset> {
  return presentDataset(ctx, await requireDataset(ctx, idOrName));
}
