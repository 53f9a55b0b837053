import type { Reader, Writer } from "@granary/db";
import { outputPortsOf } from "@granary/graph";
import type { GraphColumn, NodeOf, PipelineDocument, PipelineEdge, PipelineNode } from "@granary/protocol";
import { sql } from "kysely";
import { isSource } from "./plan-units.ts";
import { listStepRows } from "../store.ts";

type Row = Readonly<Record<string, string | null>>;

/** Whose rejected rows come in, of which nodes; of all where none are named. */
interface Replay {
  readonly runId: string;
  readonly only: readonly string[];
}

/** Rows kept apart at a node. */
interface Kept {
  readonly node: string;
  readonly rows: readonly Row[];
}

async function listKept(db: Reader | Writer, runId: string): Promise<readonly Kept[]> {
  const rows = await db
    .selectFrom("run_rejects")
    .select(["node", sql<Row>`row`.as("row")])
    .where("run_id", "=", runId)
    .where("replayed_in", "is", null)
    .orderBy("node")
    .orderBy("seq")
    .execute();
  const nodes = [...new Set(rows.map(({ node }) => node))];
  return nodes.map((node) => ({ node, rows: rows.filter((item) => item.node === node).map(({ row }) => row) }));
}

const after = ({ edges }: PipelineDocument, ids: ReadonlySet<string>): ReadonlySet<string> => {
  const reached = new Set(ids);
  for (let isGrowing = true; isGrowing; ) {
    const more = edges.filter(({ from, to }) => reached.has(from) && !reached.has(to)).map(({ to }) => to);
    isGrowing = more.length > 0;
    for (const id of more) reached.add(id);
  }
  return reached;
};

/** What was kept apart, as rows somebody might have typed. */
function rowsNode(id: string, columns: readonly GraphColumn[], rows: readonly Row[]): NodeOf<"source_rows"> {
  const cells = rows.map((row) => columns.map(({ name }) => row[name] ?? null));
  return { id, kind: "source_rows", title: "", note: "", keepOutput: false, settings: { columns: [...columns], rows: cells } };
}

const textColumns = (rows: readonly Row[]): readonly GraphColumn[] =>
  [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => ({ name, type: "text" }));

/** A name no other node has. */
function freeName({ nodes }: PipelineDocument, node: string): string {
  const ids = new Set(nodes.map(({ id }) => id));
  let name = `again_${node}`.slice(0, 36);
  for (let at = 2; ids.has(name); at += 1) name = `again_${node}`.slice(0, 32) + at;
  return name;
}

/** The columns rows had where they entered a node: those of what it read. */
function columnsInto(
  document: PipelineDocument,
  node: string,
  steps: ReadonlyMap<string, readonly GraphColumn[] | null>,
  rows: readonly Row[],
): readonly GraphColumn[] {
  const before = document.edges.find(({ to, toPort }) => to === node && toPort !== "table" && toPort !== "right")?.from;
  const known = before === undefined ? undefined : steps.get(before);
  const own = new Set(textColumns(rows).map(({ name }) => name));
  const fitting = (known ?? []).filter(({ name }) => own.has(name));
  return fitting.length === own.size ? fitting : textColumns(rows);
}

/** Sides of a node that are looked up, not brought in: they are read as always. */
const isLookedUp = (nodes: ReadonlyMap<string, PipelineNode>, { to, toPort }: PipelineEdge): boolean => {
  const kind = nodes.get(to)?.kind;
  return (kind === "lookup" && toPort === "table") || kind === "join";
};

interface Parts {
  readonly nodes: PipelineNode[];
  readonly edges: PipelineEdge[];
}

/** Everything a set of nodes reads. */
function before({ edges }: Parts, ids: ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set(ids);
  for (let isGrowing = true; isGrowing; ) {
    const more = edges.filter(({ from, to }) => reached.has(to) && !reached.has(from)).map(({ from }) => from);
    isGrowing = more.length > 0;
    for (const id of more) reached.add(id);
  }
  return reached;
}

/**
 * The document of a run that plays rows again: they stand in for what was read where they were kept apart, and only what lies behind
 * those places is carried out, besides what it looks things up in.
 */
export async function replayedDocument(db: Reader | Writer, document: PipelineDocument, { runId, only }: Replay): Promise<PipelineDocument> {
  const kept = (await listKept(db, runId)).filter(({ node }) => (only.length === 0 || only.includes(node)) && document.nodes.some(({ id }) => id === node));
  const steps = new Map((await listStepRows(db, runId)).map(({ node, columns }) => [node, columns] as const));
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const reached = after(document, new Set(kept.map(({ node }) => node)));
  const parts: Parts = {
    nodes: [...document.nodes],
    edges: document.edges.filter((edge) => !reached.has(edge.to) || reached.has(edge.from) || isLookedUp(nodes, edge)),
  };
  for (const { node, rows } of kept) {
    const known = nodes.get(node);
    if (known === undefined) continue;
    if (isSource(known)) {
      const columns = known.kind === "source_stream" && known.settings.schema.length > 0 ? known.settings.schema : textColumns(rows);
      parts.nodes.splice(parts.nodes.indexOf(known), 1, rowsNode(node, columns, rows));
      continue;
    }
    const name = freeName(document, node);
    parts.nodes.push(rowsNode(name, columnsInto(document, node, steps, rows), rows));
    const [into] = document.edges.filter((edge) => edge.to === node && !isLookedUp(nodes, edge));
    parts.edges.push({ from: name, fromPort: "out", to: node, toPort: into?.toPort ?? "in" });
  }
  const wanted = before(parts, reached);
  return {
    ...document,
    nodes: parts.nodes.filter(({ id }) => wanted.has(id)),
    edges: parts.edges.filter(
      ({ from, to }) => wanted.has(from) && wanted.has(to) && outputPortsOf(parts.nodes.find(({ id }) => id === from) as PipelineNode).length > 0,
    ),
  };
}
