import { decodeCursor, type Entity, type PersonalDataFinding, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { listable, listSeenDatasets } from "../../datasets/index.ts";
import { isSeen } from "../on-dataset.ts";
import { isKnownEntity, presentFinding } from "../present.ts";
import { listFindingRows } from "../store.ts";

interface Query {
  readonly state: PersonalDataFinding["state"];
  readonly entity?: Entity | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Findings about columns of datasets that the caller sees, newest first. */
export async function listFindings(ctx: Ctx, { state, entity, cursor, limit }: Query): Promise<{ items: PersonalDataFinding[]; next: string | null }> {
  const after = decodeCursor(cursor, 1)?.[0];
  const where = await listable(ctx);
  const rows = await listFindingRows(ctx.db, { where, state, entity, after: after === undefined ? undefined : String(after), limit });
  const seen = await listSeenDatasets(ctx, [...new Set(rows.map((row) => row.dataset_id))]);
  const page = toPage(
    rows,
    limit,
    (row) => {
      const isKnown = seen.some((dataset) => dataset.id === row.dataset_id && isSeen(dataset, row.field_id));
      return isKnown && isKnownEntity(row.entity) ? presentFinding(ctx.principal, row, row.entity) : undefined;
    },
    (row) => [row.id],
  );
  return { ...page, items: page.items.flatMap((item) => item ?? []) };
}
