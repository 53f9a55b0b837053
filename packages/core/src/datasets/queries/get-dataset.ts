import { type Dataset, problem } from "@granary/protocol";
import { noteRefusedDataset } from "../../access-log/index.ts";
import { atLeast, type DatasetLevel, datasetLevel, mayDo } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { type DatasetRow, findAskableRow, findDatasetRow } from "../store.ts";

/** Only by its id, which nobody guesses, does anybody learn that there is a dataset they may ask for. */
async function refusal(ctx: Ctx | TxCtx, id: string): Promise<Error> {
  noteRefusedDataset(ctx, id);
  const askable = mayDo(ctx.principal, "dataset:read") ? await findAskableRow(ctx.db, id) : undefined;
  return askable === undefined ? problem("dataset.not_found") : problem("dataset.not_shared", { owner: askable.owner_name ?? "an administrator" });
}

/** The row of a dataset the caller may see and, at `level`, act on. Not visible is 404, not allowed 403. */
export async function requireDataset(
  ctx: Ctx | TxCtx,
  idOrName: string,
  level: DatasetLevel = "viewer",
  options: { trashed?: boolean } = {},
): Promise<DatasetRow> {
  const row = await findDatasetRow(ctx.db, ctx.principal, idOrName, options);
  if (row === undefined) throw await refusal(ctx, idOrName);
  if (!atLeast(datasetLevel(ctx.principal, row), level)) throw problem("access.denied", { permission: `${level} of the dataset` });
  return row;
}

export async function getDataset(ctx: Ctx, idOrName: string): Promise<Dataset> {
  return presentDataset(ctx, await requireDataset(ctx, idOrName));
}
