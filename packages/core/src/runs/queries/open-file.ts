import { join } from "node:path";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { isComplete, runFolder } from "../folder.ts";
import { getDocument, listStepRows, requireRunRow } from "../store.ts";
import { seeRows } from "./see-rows.ts";

/** A file a run wrote, to be sent. */
export interface RunFile {
  readonly path: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: number;
}

const KINDS = {
  csv: { ending: "csv", contentType: "text/csv; charset=utf-8" },
  json_lines: { ending: "jsonl", contentType: "application/x-ndjson" },
  parquet: { ending: "parquet", contentType: "application/vnd.apache.parquet" },
} as const;

/** The file a run wrote at a node. Throws `run.not_found`, `run.no_output` and `access.denied`. */
export async function openRunFile(ctx: Ctx, id: string, nodeId: string): Promise<RunFile> {
  const row = await requireRunRow(ctx.db, id);
  const document = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
  const node = document.nodes.find((item) => item.id === nodeId);
  const output = (await listStepRows(ctx.db, id)).find((step) => step.node === nodeId)?.output;
  const [file] = output?.ports["file"]?.files ?? [];
  if (node?.kind !== "to_file" || output == null || file === undefined || !(await isComplete(ctx.services.config.dataDir, output)))
    throw problem("run.no_output");
  const { ending, contentType } = KINDS[node.settings.format];
  const { name } = node.settings;
  const fileName = name.toLowerCase().endsWith(`.${ending}`) ? name : `${name}.${ending}`;
  const path = join(runFolder(ctx.services.config.dataDir, output.runId), file.path);
  return seeRows(ctx, { row, document, node: nodeId }, () => Promise.resolve({ answer: { path, fileName, contentType, bytes: file.bytes }, rows: file.rows }));
}
