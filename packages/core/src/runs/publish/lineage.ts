import type { SourceColumn } from "@granary/graph";
import type { TxCtx } from "../../context/index.ts";
import type { Work } from "../carry-out/work.ts";
import { edgesTo } from "../carry-out/plan-units.ts";
import { columnLineage } from "../steps/compile-node.ts";

/** Where rows lie that a run reads or writes. */
export interface End {
  readonly kind: "dataset" | "stream" | "rows" | "file";
  readonly id: string;
  readonly version: number | null;
}

/** One value's way: columns are empty for the table as a whole. */
interface Edge {
  readonly from: End;
  readonly fromColumn: string;
  readonly to: End;
  readonly toColumn: string;
  readonly kind: "direct" | "derived" | "indirect";
}

/** The source nodes that a node's rows come from. */
export function sourcesOf(work: Pick<Work, "document">, id: string): readonly string[] {
  const seen = new Set<string>([id]);
  const sources: string[] = [];
  for (const node of seen) {
    const before = edgesTo(work.document, node);
    if (before.length === 0) sources.push(node);
    for (const { from } of before) seen.add(from);
  }
  return sources;
}

/** What a source node reads, as lineage names it. */
function endOfSource(work: Work, id: string): End | undefined {
  const node = work.document.nodes.find((item) => item.id === id);
  const dataset = work.outputs.get(id)?.dataset;
  if (dataset !== undefined) return { kind: "dataset", id: dataset.id, version: dataset.version };
  if (node?.kind === "source_rows") return { kind: "rows", id: `${work.row.pipeline_id}/${id}`, version: work.row.pipeline_version };
  if (node?.kind !== "source_stream") return undefined;
  const { connection, stream } = node.settings;
  return { kind: "stream", id: [connection, ...(stream.namespace === null ? [] : [stream.namespace]), stream.name].join("/"), version: null };
}

const MAX_EDGES = 5_000;

/** Writes down where the rows of a destination came from. */
export async function writeLineage(ctx: TxCtx, work: Work, edges: readonly Edge[]): Promise<void> {
  if (edges.length === 0) return;
  await ctx.db
    .insertInto("lineage_edges")
    .values(
      edges.slice(0, MAX_EDGES).map(({ from, fromColumn, to, toColumn, kind }) => ({
        workspace_id: ctx.workspaceId,
        run_id: work.row.id,
        pipeline_id: work.row.pipeline_id,
        pipeline_version: work.row.pipeline_version,
        from_kind: from.kind as "dataset" | "stream" | "rows",
        from_id: from.id,
        from_version: from.version,
        from_column: fromColumn,
        to_kind: to.kind as "dataset" | "stream" | "file",
        to_id: to.id,
        to_version: to.version,
        to_column: toColumn,
        kind,
      })),
    )
    .execute();
}

/** Which sources a destination's rows come from, as tables and then column by column. */
export function edgesOf(work: Work, destination: string, to: End): readonly Edge[] {
  const ends = new Map(
    sourcesOf(work, destination).flatMap((id): [string, End][] => {
      const from = endOfSource(work, id);
      return from === undefined ? [] : [[id, from]];
    }),
  );
  const edge = (source: SourceColumn, toColumn: string, kind: Edge["kind"]): Edge[] => {
    const from = ends.get(source.node);
    return from === undefined ? [] : [{ from, fromColumn: source.column, to, toColumn, kind }];
  };
  const lineage = columnLineage(work, destination);
  return [
    ...[...ends.values()].map((from): Edge => ({ from, fromColumn: "", to, toColumn: "", kind: "indirect" })),
    ...(lineage?.columns ?? []).flatMap(({ column, sources }) => sources.flatMap((source) => edge(source, column, source.kind))),
    ...(lineage?.indirect ?? []).flatMap((source) => edge(source, "", "indirect")),
  ];
}
