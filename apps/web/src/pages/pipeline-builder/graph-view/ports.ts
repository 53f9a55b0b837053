import { NODE_PORTS, type PipelineDocument, type PipelineEdge, type PipelineNode } from "@granary/protocol";

/** A place where edges end; `many` takes any number of them. */
export interface InputPort {
  readonly name: string;
  readonly many: boolean;
}

/** Where edges into a node end, in order. */
export function inputsOf(node: PipelineNode): readonly InputPort[] {
  if (node.kind === "sql") return node.settings.inputs.map((name) => ({ name, many: false }));
  return (NODE_PORTS[node.kind].inputs as readonly string[]).map((name) => ({ name: name.replace(/\+$/, ""), many: name.endsWith("+") }));
}

/** Where edges out of a node begin, in order. */
export function outputsOf(node: PipelineNode): readonly string[] {
  if (node.kind === "branch") return [...node.settings.branches.map(({ name }) => name), "else"];
  return NODE_PORTS[node.kind].outputs;
}

/** What identifies an edge on the canvas. */
export const edgeId = ({ from, fromPort, to, toPort }: PipelineEdge): string => `${from}.${fromPort}>${to}.${toPort}`;

export const isSameEdge = (one: PipelineEdge, other: PipelineEdge): boolean => edgeId(one) === edgeId(other);

export const nodeOf = (document: PipelineDocument, id: string | undefined): PipelineNode | undefined => document.nodes.find((node) => node.id === id);

/** The nodes a node's rows go to, over any number of edges; with itself. */
function downstreamOf(edges: readonly PipelineEdge[], id: string): ReadonlySet<string> {
  const found = new Set([id]);
  const waiting = [id];
  while (waiting.length > 0) {
    const at = waiting.pop();
    for (const { from, to } of edges) {
      if (from !== at || found.has(to)) continue;
      found.add(to);
      waiting.push(to);
    }
  }
  return found;
}

/** Why an edge cannot be drawn; undefined when it can. `replacing` is taken away at the same time. */
export function whyNot(document: PipelineDocument, edge: PipelineEdge, replacing?: PipelineEdge): string | undefined {
  const from = nodeOf(document, edge.from);
  const to = nodeOf(document, edge.to);
  if (from === undefined || to === undefined) return "The node is gone.";
  const edges = replacing === undefined ? document.edges : document.edges.filter((other) => !isSameEdge(other, replacing));
  const port = inputsOf(to).find(({ name }) => name === edge.toPort);
  if (port === undefined) return "Nothing can go in there.";
  if (!outputsOf(from).includes(edge.fromPort)) return "Nothing comes out there.";
  if (downstreamOf(edges, edge.to).has(edge.from)) return "This would go round in a circle.";
  if (edges.some((other) => isSameEdge(other, edge))) return "They are connected already.";
  if (!port.many && edges.some((other) => other.to === edge.to && other.toPort === edge.toPort))
    return "This input is taken. Stack inputs first to have several.";
  return undefined;
}
