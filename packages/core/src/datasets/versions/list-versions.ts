import { type DatasetVersion, decodeCursor, problem, toPage } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { keptSnapshots, presentVersion } from "./present-version.ts";
import { resolveVersion } from "./resolve-version.ts";
import { findVersionRow, listVersionRows } from "./store.ts";

/** The versions of a dataset, newest first; those that are not kept any more are told too. */
export async function listVersions(
  ctx: Ctx,
  dataset: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: DatasetVersion[]; next: string | null }> {
  const row = await requireDataset(ctx, dataset);
  if (row.data_version === 0) return { items: [], next: null };
  const before = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listVersionRows(ctx.db, row.id, { before: before === undefined ? undefined : Number(before), limit: query.limit });
  const kept = await keptSnapshots(ctx, row);
  return toPage(
    rows,
    query.limit,
    (item) => presentVersion(ctx, row, item, kept),
    (item) => [item.number],
  );
}

/** One version, as it is now. */
export async function showVersion(ctx: Ctx | TxCtx, dataset: DatasetRow, number: number): Promise<DatasetVersion> {
  const version = await findVersionRow(ctx.db, dataset.id, number);
  if (version === undefined) throw problem("dataset.version_not_found", { version: number });
  return presentVersion(ctx, dataset, version, await keptSnapshots(ctx, dataset));
}

/** A version by number, name or instant. */
export async function getVersion(ctx: Ctx, dataset: string, asked: string): Promise<DatasetVersion> {
  const row = await requireDataset(ctx, dataset);
  return showVersion(ctx, row, (await resolveVersion(ctx, row, asked)).number);
}
