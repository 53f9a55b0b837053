import { type NodeKind, pipelineDocument, type PipelineDocument, type PipelineEdge, type PipelineNode } from "@granary/protocol";
import type { Piece } from "./document-reducer.ts";
import type { Place } from "./graph-view/lay-out.ts";
import { infoOf } from "./graph-view/node-catalog.ts";
import { inputsOf, nodeOf, outputsOf } from "./graph-view/ports.ts";

/** Marks copied nodes in the clipboard. */
const FORMAT = "granary/pipeline-piece@1";
const MAX_NAME = 40;

/** A name that nothing in the document has yet: `filter`, `filter_2`. */
export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted.replace(/_\d+$/, "").slice(0, MAX_NAME - 4);
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${base}_${number}`)) number += 1;
  return `${base}_${number}`;
}

export const takenIds = ({ nodes, comments }: Pick<PipelineDocument, "nodes" | "comments">): ReadonlySet<string> =>
  new Set([...nodes.map(({ id }) => id), ...comments.map(({ id }) => id)]);

/** What nodes are called in SQL and logs before somebody names them. */
const SHORT: Partial<Record<NodeKind, string>> = {
  source_stream: "source",
  source_dataset: "dataset",
  source_rows: "rows",
  to_dataset: "publish",
  to_change: "propose",
  to_file: "file",
  to_connection: "deliver",
};

/** A node of a kind as it comes out of the palette. */
export function freshNode(document: PipelineDocument, kind: NodeKind, position: Place): PipelineNode {
  const id = freeId(SHORT[kind] ?? kind, takenIds(document));
  return { id, kind, title: "", settings: structuredClone(infoOf(kind).fresh), position, note: "", keepOutput: false } as PipelineNode;
}

/** The edges that put a new node behind another: into its first input; a branch's outputs are taken one after the other. */
export function edgesBehind(document: PipelineDocument, after: string | undefined, node: PipelineNode): readonly PipelineEdge[] {
  const before = nodeOf(document, after);
  const input = inputsOf(node)[0];
  if (before === undefined || input === undefined) return [];
  const outputs = outputsOf(before);
  const used = new Set(document.edges.filter(({ from }) => from === before.id).map(({ fromPort }) => fromPort));
  const unused = before.kind === "branch" ? outputs.find((name) => !used.has(name)) : undefined;
  const fromPort = unused ?? outputs[0];
  return fromPort === undefined ? [] : [{ from: before.id, fromPort, to: node.id, toPort: input.name }];
}

/** The edges that put a new node into an edge; none when nothing goes in or out of it. */
export function edgesWithin(edge: PipelineEdge, node: PipelineNode): readonly PipelineEdge[] {
  const input = inputsOf(node)[0];
  const output = outputsOf(node)[0];
  if (input === undefined || output === undefined) return [];
  return [
    { from: edge.from, fromPort: edge.fromPort, to: node.id, toPort: input.name },
    { from: node.id, fromPort: output, to: edge.to, toPort: edge.toPort },
  ];
}

/** Some nodes with the edges between them. */
export function cutOut(document: PipelineDocument, ids: ReadonlySet<string>): Piece {
  return {
    nodes: document.nodes.filter(({ id }) => ids.has(id)),
    edges: document.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    comments: document.comments.filter(({ id }) => ids.has(id)),
  };
}

/** The text a piece travels as between pipelines. */
export const pieceText = (piece: Piece): string => JSON.stringify({ format: FORMAT, ...piece }, undefined, 2);

/** A piece out of the clipboard; undefined for any other text. */
export function readPiece(text: string): Piece | undefined {
  try {
    const { format, ...rest } = JSON.parse(text) as { format?: unknown } & Record<string, unknown>;
    if (format !== FORMAT) return undefined;
    const { success, data } = pipelineDocument.pick({ nodes: true, edges: true, comments: true }).safeParse(rest);
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}

/** A piece with names that the document does not have yet, moved so that it stands beside what it was copied from. */
export function renamed(piece: Piece, document: PipelineDocument, by: Place): Piece {
  const taken = new Set(takenIds(document));
  const names = new Map<string, string>();
  for (const { id } of [...piece.nodes, ...piece.comments]) {
    const name = freeId(id, taken);
    taken.add(name);
    names.set(id, name);
  }
  const nameOf = (id: string): string => names.get(id) ?? id;
  const moved = ({ x, y }: Place): Place => ({ x: x + by.x, y: y + by.y });
  return {
    nodes: piece.nodes.map((node) => ({ ...node, id: nameOf(node.id), ...(node.position === undefined ? {} : { position: moved(node.position) }) })),
    edges: piece.edges.map((edge) => ({ ...edge, from: nameOf(edge.from), to: nameOf(edge.to) })),
    comments: piece.comments.map((comment) => ({ ...comment, id: nameOf(comment.id), position: moved(comment.position) })),
  };
}
