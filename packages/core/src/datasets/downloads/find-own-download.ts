import type { Ctx } from "../../context/index.ts";
import { findDownloadRow, isOfRows } from "./store.ts";

/** What a download of the caller's holds of its dataset. */
export interface OwnDownload {
  readonly version: number;
  /** Whether rows were left out of it by a filter, a search or the choice of one load. */
  readonly isPart: boolean;
}

const DOWNLOAD_ID = /dow_[0-9a-z]{26}/;

/** The id of a download that a file's name carries, as those that are downloaded here do. */
export const downloadIdIn = (fileName: string): string | undefined => DOWNLOAD_ID.exec(fileName)?.[0];

/** A download of a dataset's rows, if it is the caller's own. */
export async function findOwnDownload(ctx: Ctx, datasetId: string, id: string): Promise<OwnDownload | undefined> {
  const row = await findDownloadRow(ctx.db, id);
  if (row === undefined || !isOfRows(row) || row.dataset_id !== datasetId || row.requested_by !== ctx.principal.userId) return undefined;
  return { version: row.data_version, isPart: row.row_filter !== null || row.search !== null || row.batch_id !== null };
}
