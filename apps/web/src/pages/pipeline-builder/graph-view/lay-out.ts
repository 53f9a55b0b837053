import { Graph, layout } from "@dagrejs/dagre";
import type { PipelineDocument } from "@granary/protocol";
import { inputsOf, outputsOf } from "./ports.ts";

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** How wide a node is drawn. */
export const NODE_WIDTH = 216;
const HEAD = 58;
const PORT = 20;
/** Places are multiples of this, so that nodes stand in line. */
export const SNAP = 12;

/** How tall a node is drawn: ports that need a name have a line each. */
export function nodeHeight(node: PipelineDocument["nodes"][number]): number {
  const lines = Math.max(inputsOf(node).length, outputsOf(node).length);
  return lines > 1 ? HEAD + lines * PORT : HEAD;
}

const snapped = (value: number): number => Math.round(value / SNAP) * SNAP;

/** Places for all nodes, from left to right along the edges. */
export function layOut({ nodes, edges }: Pick<PipelineDocument, "nodes" | "edges">): Readonly<Record<string, Place>> {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 72, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: NODE_WIDTH, height: nodeHeight(node) });
  const known = new Set(nodes.map(({ id }) => id));
  for (const { from, fromPort, to, toPort } of edges) if (known.has(from) && known.has(to)) graph.setEdge(from, to, {}, `${fromPort} ${toPort}`);
  layout(graph);
  return Object.fromEntries(
    nodes.map((node) => {
      const { x = 0, y = 0 } = graph.node(node.id) as Partial<Place>;
      return [node.id, { x: snapped(x - NODE_WIDTH / 2), y: snapped(y - nodeHeight(node) / 2) }];
    }),
  );
}

/** Where every node stands: where somebody placed it, else where the layout puts it. */
export function placesOf(document: Pick<PipelineDocument, "nodes" | "edges">): Readonly<Record<string, Place>> {
  const placed = document.nodes.flatMap(({ id, position }) => (position === undefined ? [] : [[id, position] as const]));
  if (placed.length === document.nodes.length) return Object.fromEntries(placed);
  const made = layOut(document);
  if (placed.length === 0) return made;
  return { ...made, ...Object.fromEntries(placed) };
}
