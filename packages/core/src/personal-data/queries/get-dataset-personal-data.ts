import type { Id } from "@granary/kernel";
import type { DatasetPersonalData } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { isQuarantined } from "../../quarantine/index.ts";
import { isOwnOr, isSeen, requireOwnOr } from "../on-dataset.ts";
import { isKnownEntity, presentFinding } from "../present.ts";
import { findRunningScan, findScanRow, listFindingsOf } from "../store.ts";

/** What was found in a dataset; for its owners and for holders of `privacy:read`. */
export async function getDatasetPersonalData(ctx: Ctx, idOrName: string): Promise<DatasetPersonalData> {
  const dataset = await requireOwnOr(ctx, idOrName, "privacy:read");
  // First of all: whoever is told that no look runs has to see what the last one found.
  const runningJob = await findRunningScan(ctx.db, dataset.id);
  const [rows, scan, isHeld] = await Promise.all([listFindingsOf(ctx.db, dataset.id), findScanRow(ctx.db, dataset.id), isQuarantined(ctx.db, dataset.id)]);
  return {
    items: rows.flatMap((row) => (isKnownEntity(row.entity) && isSeen(dataset, row.field_id) ? presentFinding(ctx.principal, row, row.entity) : [])),
    lastScan:
      scan === undefined ? null : { dataVersion: scan.data_version, columns: scan.columns, looked: Number(scan.looked), at: scan.scanned_at.toISOString() },
    runningJob: (runningJob ?? null) as Id<"job"> | null,
    isQuarantined: isHeld,
    can: { scan: isOwnOr(ctx, dataset, "privacy:manage"), release: mayDo(ctx.principal, "privacy:manage") },
  };
}
