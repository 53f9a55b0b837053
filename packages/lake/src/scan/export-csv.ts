import type { Engine } from "@granary/engine";
import { type FileIo, openAll } from "../file-io/index.ts";
import type { OpenTable } from "../table/index.ts";
import { plannedNothing } from "./empty-answer.ts";
import { plannedSelect } from "./planned-query.ts";
import { checkPlan, type ReadPlan } from "./read-plan.ts";

export interface ExportRequest {
  readonly plan: ReadPlan;
  /** A local path that does not exist yet, for the caller to stream and remove. */
  readonly to: string;
  readonly signal?: AbortSignal;
}

/** Writes a snapshot, as the plan shows it, as CSV: RFC 4180 in UTF-8 with a header; a missing value is empty, an empty text is `""`. */
export async function exportCsv(
  parts: { readonly engine: Engine; readonly fileIo: FileIo },
  table: OpenTable,
  request: ExportRequest,
): Promise<{ readonly rows: number }> {
  const checked = checkPlan(table, request.plan);
  await using held = await openAll(parts.fileIo, table.files);
  const paths = table.files.map((file) => held.paths.get(file.uri) ?? "");
  const query = paths.length === 0 ? plannedNothing(checked) : plannedSelect(checked, paths);
  const work = { kind: "job", ...(request.signal === undefined ? {} : { signal: request.signal }) } as const;
  const { rows } = await parts.engine.use(work, (session) => session.run({ kind: "copy", query, path: request.to, format: { kind: "csv" } }));
  return { rows: Number(rows[0]?.[0] ?? 0) };
}
