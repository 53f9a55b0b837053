import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { type Access, logAccess } from "../../access-log/index.ts";
import type { Ctx } from "../../context/index.ts";
import { planHash, type PlannedVersion, planVersion } from "../../datasets/index.ts";
import type { ResultColumn } from "../results/result-columns.ts";
import type { QueryRow, ReadDataset } from "../store.ts";
import { requireQuery } from "./get-query.ts";

/** A query whose rows may be shown. */
export type QueryWithResult = QueryRow & { readonly columns: readonly ResultColumn[] };

/** A dataset the query read as its reader would be shown it now; undefined when that differs from what they were shown. */
async function shownAsThen(ctx: Ctx, { id, version: number, planHash: shown }: ReadDataset): Promise<PlannedVersion | undefined> {
  try {
    const planned = await planVersion(ctx, id, String(number));
    return planHash(planned.plan) === shown ? planned : undefined;
  } catch (error) {
    if (isAppError(error) && /^dataset\.(not_found|not_ready|version_not_found)$/.test(error.code)) return undefined;
    throw error;
  }
}

function accessTo({ dataset, version, plan }: PlannedVersion, rows: number | null): Access {
  return {
    action: "sql_result",
    dataset: { id: dataset.id, name: dataset.name },
    version: version.number,
    columns: plan.columns.map(({ name, fieldId, mask }) => ({ name, fieldId, isMasked: mask !== undefined })),
    isFiltered: plan.filter !== undefined,
    rows,
  };
}

/**
 * Reads the kept rows of the caller's query, as long as they would still be shown the same of every dataset it read. Each of those
 * has an entry in the access log before anything is answered.
 */
export async function withResult<T>(
  ctx: Ctx,
  id: string,
  read: (query: QueryWithResult) => Promise<{ readonly answer: T; readonly rows: number | null }>,
): Promise<T> {
  const row = await requireQuery(ctx, id);
  const { columns } = row;
  if (columns === null) throw problem("sql.no_result");
  const isOver = row.expires_at === null || row.expires_at <= ctx.services.clock.now();
  if (!row.kept || isOver) throw problem("sql.result_expired");
  const sources: PlannedVersion[] = [];
  for (const dataset of row.datasets) {
    const planned = await shownAsThen(ctx, dataset);
    if (planned === undefined) throw problem("sql.result_expired");
    sources.push(planned);
  }
  const { answer, rows } = await read({ ...row, columns });
  await logAccess(
    ctx,
    sources.map((source) => accessTo(source, rows)),
  );
  return answer;
}
