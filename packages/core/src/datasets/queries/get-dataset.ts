import { type Dataset, problem } from "@granary/protocol";
import { atLeast, type DatasetLevel, datasetLevel } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { type DatasetRow, findDatasetRow } from "../store.ts";

/** The row of a dataset the caller may see and, at `level`, act on. Not visible is 404, not allowed 403. */
export async function requireDataset(
  ctx: Ctx | TxCtx,
  idOrName: string,
  level: DatasetLevel = "viewer",
  options: { trashed?: boolean } = {},
): Promise<DatasetRow> {
  const row = await findDatasetRow(ctx.db, ctx.principal, idOrName, options);
  if (row === undefined) throw problem("dataset.not_found");
  if (!atLeast(datasetLevel(ctx.principal, row), level)) throw problem("access.denied", { permission: `${level} of the dataset` });
  return row;
}

export async function getDataset(ctx: Ctx, idOrName: string): Promise<Dataset> {
  return presentDataset(ctx.principal, await requireDataset(ctx, idOrName));
}
