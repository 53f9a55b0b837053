import { call, type CopyFormat, column, type Expression } from "@granary/engine";
import { type GraphColumn, type PipelineNode, problem } from "@granary/protocol";
import { edgesTo } from "../carry-out/plan-units.ts";
import type { Work } from "../carry-out/work.ts";
import { newFile, settleFile } from "../folder.ts";
import { type Rows, rowsAt } from "../steps/rows-at.ts";
import { sizeOf, useEngine } from "../steps/write-ports.ts";

export type FileKind = "csv" | "json_lines" | "parquet";

const ENDINGS: Readonly<Record<FileKind, string>> = { csv: "csv", json_lines: "jsonl", parquet: "parquet" };

const FORMATS: Readonly<Record<FileKind, CopyFormat>> = {
  csv: { kind: "csv" },
  json_lines: { kind: "json", layout: "lines" },
  parquet: { kind: "parquet", rowGroupRows: 122_880, compression: "zstd" },
};

/** What the rows of a destination are. Throws `run.step_failed` where nothing comes into it. */
export function rowsFor(work: Work, node: PipelineNode): Promise<Rows> {
  const [edge] = edgesTo(work.document, node.id);
  if (edge === undefined) throw problem("run.step_failed", { node: node.title || node.id, reason: "nothing comes into it" });
  return rowsAt(work, edge.from, edge.fromPort);
}

/** Rows in a file of their own. */
export interface WrittenRows {
  readonly path: string;
  readonly absolute: string;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly GraphColumn[];
}

const asText = (item: GraphColumn): Expression => (item.type === "binary" ? call("encode_hex", column(item.name)) : column(item.name));

/** Writes the rows of a destination into one file; `format` overrides how its kind is written. */
export async function writeRows(work: Work, node: PipelineNode, kind: FileKind, format: CopyFormat = FORMATS[kind]): Promise<WrittenRows> {
  const { query, columns, files } = await rowsFor(work, node);
  const items = columns.map((item) => ({ expression: kind === "parquet" ? column(item.name) : asText(item), as: item.name }));
  const { path, absolute } = await newFile(work.folder, node.id, `rows.${ENDINGS[kind]}`);
  const from = { kind: "query", query } as const;
  const rows = await useEngine(work, await sizeOf(files), async (session) => {
    const copied = await session.run({ kind: "copy", query: { kind: "select", items, from }, path: absolute, format });
    return Number(copied.rows[0]?.[format.kind === "parquet" ? 1 : 0] ?? 0);
  });
  const { bytes } = await settleFile(absolute);
  return { path, absolute, rows, bytes, columns };
}
