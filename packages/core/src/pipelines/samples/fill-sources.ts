import { type GraphColumn, type NodeOf, type PipelineNode, type PipelineTest, problem } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { previewStream } from "../../connections/index.ts";
import type { Ctx } from "../../context/index.ts";
import { readData } from "../../datasets/index.ts";
import { rowsQuery, type SampleFiles, selectColumns } from "./sample-files.ts";

export type SourceNode = NodeOf<"source_stream" | "source_dataset" | "source_rows">;

export const isSource = (node: PipelineNode): node is SourceNode =>
  node.kind === "source_stream" || node.kind === "source_dataset" || node.kind === "source_rows";

interface Filling {
  readonly ctx: Ctx;
  readonly files: SampleFiles;
  readonly limit: number;
  /** The columns the document's check found. */
  readonly columns: readonly GraphColumn[];
}

/** The first rows of a dataset as the caller may read them; the access log is told. */
async function fillDataset({ ctx, files, limit, columns }: Filling, { id, settings }: NodeOf<"source_dataset">): Promise<void> {
  await readData(ctx, "pipeline", async (open) => {
    const readable = await open(settings.dataset, settings.version);
    const shown = columns.filter(({ name }) => readable.columns.some((column) => column.name === name));
    const names = shown.map(({ name }) => name);
    await using planned = await ctx.services.lake.plannedQueries({ source: { table: readable.table, plan: readable.plan, columns: names } }, ctx.signal);
    const query = planned.queries["source"];
    if (query === undefined) throw problem("dataset.not_ready");
    await files.keep(id, "out", shown, { ...selectColumns(shown, { kind: "query", query }), limit });
    return { answer: undefined, rows: limit, columns: names };
  });
}

/** The first rows of a stream, for those who may preview streams of connections. */
async function fillStream({ ctx, files, limit, columns }: Filling, { id, settings }: NodeOf<"source_stream">): Promise<void> {
  authorize(ctx.principal, "pipeline:create");
  const { connection, stream, config } = settings;
  const sample = await previewStream(ctx, connection, { ...stream, config, columns: settings.columns, limit });
  const known = columns.length > 0 ? columns : sample.columns;
  const places = known.map(({ name }) => sample.columns.findIndex((column) => column.name === name));
  await files.keep(
    id,
    "out",
    known,
    rowsQuery(
      known,
      sample.rows.map((row) => places.map((place) => row[place] ?? null)),
    ),
  );
}

/** Fills a source with its first rows. */
export async function fillSource(filling: Filling, node: SourceNode): Promise<void> {
  if (node.kind === "source_dataset") return fillDataset(filling, node);
  if (node.kind === "source_stream") return fillStream(filling, node);
  const { columns, rows } = node.settings;
  return filling.files.keep(node.id, "out", columns, rowsQuery(columns, rows.slice(0, filling.limit)));
}

/** Fills a source with the rows a test says instead. */
export async function fillForTest({ files, columns }: Filling, node: SourceNode, test: PipelineTest): Promise<void> {
  const rows = (test.inputs[node.id] ?? []).map((row) => columns.map(({ name }) => row[name] ?? null));
  await files.keep(node.id, "out", columns, rowsQuery(columns, rows));
}
