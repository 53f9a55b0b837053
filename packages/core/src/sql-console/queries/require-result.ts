import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { planHash, planVersion } from "../../datasets/index.ts";
import type { ResultColumn } from "../results/result-columns.ts";
import type { QueryRow, ReadDataset } from "../store.ts";
import { requireQuery } from "./get-query.ts";

/** A query whose rows may be shown. */
export type QueryWithResult = QueryRow & { readonly columns: readonly ResultColumn[] };

async function isShownTheSame(ctx: Ctx, { id, version, planHash: shown }: ReadDataset): Promise<boolean> {
  try {
    return planHash((await planVersion(ctx, id, String(version))).plan) === shown;
  } catch (error) {
    if (isAppError(error) && /^dataset\.(not_found|not_ready|version_not_found)$/.test(error.code)) return false;
    throw error;
  }
}

/** The caller's query with its kept rows, as long as they would still be shown the same of every dataset it read. */
export async function requireResult(ctx: Ctx, id: string): Promise<QueryWithResult> {
  const row = await requireQuery(ctx, id);
  const { columns } = row;
  if (columns === null) throw problem("sql.no_result");
  const isOver = row.expires_at === null || row.expires_at <= ctx.services.clock.now();
  if (!row.kept || isOver) throw problem("sql.result_expired");
  for (const dataset of row.datasets) if (!(await isShownTheSame(ctx, dataset))) throw problem("sql.result_expired");
  return { ...row, columns };
}
