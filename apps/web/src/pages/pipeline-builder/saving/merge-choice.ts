import type { PipelineDocument, PipelineEdge, PipelineNode } from "@granary/protocol";
import { edgeId } from "../graph-view/ports.ts";

export type Side = "mine" | "theirs";

/** A node both changed, as each has it; undefined where one deleted it. */
export interface DisputedNode {
  readonly id: string;
  readonly mine: PipelineNode | undefined;
  readonly theirs: PipelineNode | undefined;
}

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const nodesOf = ({ nodes }: PipelineDocument) => new Map(nodes.map((node) => [node.id, node]));
/** Where a node stands matters to nobody else. */
const unplaced = (node: PipelineNode | undefined) => (node === undefined ? undefined : { ...node, position: undefined });

/** The nodes that both sides changed in different ways since they went apart. */
export function disputedNodes(base: PipelineDocument, mine: PipelineDocument, theirs: PipelineDocument): readonly DisputedNode[] {
  const [before, left, right] = [nodesOf(base), nodesOf(mine), nodesOf(theirs)];
  return [...new Set([...before.keys(), ...left.keys(), ...right.keys()])].flatMap((id) => {
    const [was, own, other] = [unplaced(before.get(id)), unplaced(left.get(id)), unplaced(right.get(id))];
    const isDisputed = !sameJson(own, was) && !sameJson(other, was) && !sameJson(own, other);
    return isDisputed ? [{ id, mine: left.get(id), theirs: right.get(id) }] : [];
  });
}

/** One of three: what one side alone changed, else the chosen side's. */
function pick<T>(was: T, own: T, other: T, side: Side): T {
  if (sameJson(own, was)) return other;
  if (sameJson(other, was)) return own;
  return side === "mine" ? own : other;
}

function mergedEdges(base: PipelineDocument, mine: PipelineDocument, theirs: PipelineDocument): PipelineEdge[] {
  const [before, left, right] = [base, mine, theirs].map(({ edges }) => new Map(edges.map((edge) => [edgeId(edge), edge])));
  const all = new Map([...(left ?? []), ...(right ?? [])]);
  return [...all].flatMap(([id, edge]) => {
    const isThere = before?.has(id) === true ? left?.has(id) === true && right?.has(id) === true : true;
    return isThere ? [edge] : [];
  });
}

/** A document of both: what one side alone changed is taken over, and of each disputed node the chosen side's. */
export function mergeByChoice(
  documents: { readonly base: PipelineDocument; readonly mine: PipelineDocument; readonly theirs: PipelineDocument },
  choice: Readonly<Record<string, Side>>,
  rest: Side,
): PipelineDocument {
  const { base, mine, theirs } = documents;
  const [before, left, right] = [nodesOf(base), nodesOf(mine), nodesOf(theirs)];
  const order = [...new Set([...theirs.nodes, ...mine.nodes].map(({ id }) => id))];
  const nodes = order.flatMap((id) => {
    const node = pick(before.get(id), left.get(id), right.get(id), choice[id] ?? rest);
    return node === undefined ? [] : [node];
  });
  const ids = new Set(nodes.map(({ id }) => id));
  const head = (key: "name" | "description" | "tags" | "parameters" | "triggers" | "tests" | "settings" | "comments") =>
    pick<unknown>(base[key], mine[key], theirs[key], rest);
  return {
    ...theirs,
    ...Object.fromEntries((["name", "description", "tags", "parameters", "triggers", "tests", "settings", "comments"] as const).map((key) => [key, head(key)])),
    nodes,
    edges: mergedEdges(base, mine, theirs).filter(({ from, to }) => ids.has(from) && ids.has(to)),
  } as PipelineDocument;
}
