import { type NodeKind, type PipelineDocument, type PipelineEdge, type PipelineNode, problem } from "@granary/protocol";

/** What is carried out as one piece: a node, and those before it that are computed in the same statement. */
export interface Unit {
  readonly node: PipelineNode;
  readonly fused: readonly string[];
  /** Nodes whose outputs have to be there. */
  readonly deps: readonly string[];
}

const SOURCES: readonly NodeKind[] = ["source_stream", "source_dataset", "source_rows"];
const DESTINATIONS: readonly NodeKind[] = ["to_dataset", "to_change", "to_file", "to_connection"];
/** Kinds that need files before or behind them. */
const OWN: readonly NodeKind[] = [...SOURCES, ...DESTINATIONS, "sql", "function", "gate"];

export const isSource = ({ kind }: Pick<PipelineNode, "kind">): boolean => SOURCES.includes(kind);
export const isDestination = ({ kind }: Pick<PipelineNode, "kind">): boolean => DESTINATIONS.includes(kind);

type Kinded = Pick<PipelineNode, "kind" | "settings">;
const NO_NODE = { kind: "limit", settings: { rows: 0, offset: 0 } } as const satisfies Kinded;

const keepsRows = (node: Kinded): boolean =>
  ((node.kind === "cast" || node.kind === "map") && "onFault" in node.settings && node.settings.onFault === "reject") ||
  (node.kind === "lookup" && "whenMissing" in node.settings && node.settings.whenMissing === "reject");

/** Nodes in an order in which each comes behind those it reads. Throws `pipeline.invalid` for a circle. */
function orderNodes({ nodes, edges }: Pick<PipelineDocument, "nodes" | "edges">): readonly PipelineNode[] {
  const waiting = new Map(nodes.map((node) => [node.id, new Set(edges.filter(({ to }) => to === node.id).map(({ from }) => from))]));
  const ordered: PipelineNode[] = [];
  while (ordered.length < nodes.length) {
    const next = nodes.filter(({ id }) => waiting.get(id)?.size === 0);
    if (next.length === 0) throw problem("pipeline.invalid", {}, { issues: [{ path: "edges", message: "the edges go in a circle" }] });
    for (const node of next) {
      ordered.push(node);
      waiting.delete(node.id);
      for (const others of waiting.values()) others.delete(node.id);
    }
  }
  return ordered;
}

export const edgesTo = ({ edges }: Pick<PipelineDocument, "edges">, id: string): readonly PipelineEdge[] => edges.filter(({ to }) => to === id);

/** Nodes whose output becomes files of its own. */
export function ownNodes(document: PipelineDocument, keepAll: boolean): ReadonlySet<string> {
  const kinds = new Map(document.nodes.map((node) => [node.id, node]));
  const feedsDestination = (id: string): boolean => document.edges.some(({ from, to }) => from === id && isDestination(kinds.get(to) ?? NO_NODE));
  const consumers = (id: string): number => document.edges.filter(({ from }) => from === id).length;
  const portsOf = (id: string): number => new Set(document.edges.filter(({ from }) => from === id).map(({ fromPort }) => fromPort)).size;
  // Several statements over one input have to see the same rows of it.
  const feedsSeveral = (id: string): boolean => document.edges.some(({ from, to }) => from === id && (portsOf(to) > 1 || keepsRows(kinds.get(to) ?? NO_NODE)));
  const isOwn = (node: PipelineNode): boolean => {
    const isEnd = consumers(node.id) !== 1;
    return OWN.includes(node.kind) || keepAll || node.keepOutput || keepsRows(node) || isEnd || feedsDestination(node.id) || feedsSeveral(node.id);
  };
  return new Set(document.nodes.filter(isOwn).map(({ id }) => id));
}

/** Cuts a graph into pieces, in an order in which they can be carried out. */
export function planUnits(document: PipelineDocument, keepAll: boolean): readonly Unit[] {
  const own = ownNodes(document, keepAll);
  const reach = (id: string): { fused: string[]; deps: string[] } => {
    const found = { fused: [] as string[], deps: [] as string[] };
    for (const { from } of edgesTo(document, id)) {
      if (own.has(from)) {
        found.deps.push(from);
        continue;
      }
      const further = reach(from);
      found.fused.push(from, ...further.fused);
      found.deps.push(...further.deps);
    }
    return found;
  };
  return orderNodes(document)
    .filter(({ id }) => own.has(id))
    .map((node) => {
      const { fused, deps } = reach(node.id);
      return { node, fused: [...new Set(fused)], deps: [...new Set(deps)] };
    });
}
