import type { PipelineDocument, PipelineEdge, PipelineNode } from "@granary/protocol";
import { type Place, placesOf } from "./graph-view/lay-out.ts";
import { inputsOf, isSameEdge, outputsOf } from "./graph-view/ports.ts";

type Comment = PipelineDocument["comments"][number];

/** Nodes, edges between them, and comments: what is copied, pasted and added at once. */
export interface Piece {
  readonly nodes: readonly PipelineNode[];
  readonly edges: readonly PipelineEdge[];
  readonly comments: readonly Comment[];
}

/** Everything that can be done to a document. Each is one step back. */
export type Edit =
  | { readonly edit: "add"; readonly piece: Piece; readonly instead?: PipelineEdge | undefined }
  | { readonly edit: "remove"; readonly nodes?: readonly string[]; readonly edges?: readonly PipelineEdge[]; readonly comments?: readonly string[] }
  | { readonly edit: "change-node"; readonly id: string; readonly change: Partial<Pick<PipelineNode, "title" | "note" | "keepOutput" | "settings">> }
  | { readonly edit: "rename"; readonly id: string; readonly to: string }
  | { readonly edit: "move"; readonly places: Readonly<Record<string, Place>> }
  | { readonly edit: "connect"; readonly edge: PipelineEdge; readonly instead?: PipelineEdge | undefined }
  | { readonly edit: "change-comment"; readonly id: string; readonly change: Partial<Omit<Comment, "id">> }
  | { readonly edit: "change-head"; readonly change: Partial<Omit<PipelineDocument, "nodes" | "edges" | "comments" | "format">> }
  | { readonly edit: "replace"; readonly document: PipelineDocument };

/** Edges whose ends are there. */
function fitting(nodes: readonly PipelineNode[], edges: readonly PipelineEdge[]): PipelineEdge[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return edges.filter(({ from, fromPort, to, toPort }) => {
    const [start, end] = [byId.get(from), byId.get(to)];
    return start !== undefined && end !== undefined && outputsOf(start).includes(fromPort) && inputsOf(end).some(({ name }) => name === toPort);
  });
}

/** Edges of a node whose ports were renamed go with them; the order of ports tells which is which. */
function followPorts(edges: readonly PipelineEdge[], before: PipelineNode, after: PipelineNode): PipelineEdge[] {
  const outs = outputsOf(before);
  const newOuts = outputsOf(after);
  const ins = inputsOf(before).map(({ name }) => name);
  const newIns = inputsOf(after).map(({ name }) => name);
  const follow = (name: string, old: readonly string[], now: readonly string[]): string =>
    now.includes(name) || old.length !== now.length ? name : (now[old.indexOf(name)] ?? name);
  return edges.map((edge) => ({
    ...edge,
    ...(edge.from === before.id ? { fromPort: follow(edge.fromPort, outs, newOuts) } : {}),
    ...(edge.to === before.id ? { toPort: follow(edge.toPort, ins, newIns) } : {}),
  }));
}

function changeNode(document: PipelineDocument, { id, change }: Extract<Edit, { edit: "change-node" }>): PipelineDocument {
  const before = document.nodes.find((node) => node.id === id);
  if (before === undefined) return document;
  const after = { ...before, ...change } as PipelineNode;
  const nodes = document.nodes.map((node) => (node === before ? after : node));
  return { ...document, nodes, edges: change.settings === undefined ? document.edges : fitting(nodes, followPorts(document.edges, before, after)) };
}

const renamedKeys = <T>(record: Readonly<Record<string, T>>, id: string, to: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key === id ? to : key, value]));

function rename(document: PipelineDocument, { id, to }: Extract<Edit, { edit: "rename" }>): PipelineDocument {
  if (document.nodes.some((node) => node.id === to)) return document;
  return {
    ...document,
    nodes: document.nodes.map((node) => (node.id === id ? { ...node, id: to } : node)),
    edges: document.edges.map((edge) => ({ ...edge, from: edge.from === id ? to : edge.from, to: edge.to === id ? to : edge.to })),
    tests: document.tests.map((test) => ({ ...test, inputs: renamedKeys(test.inputs, id, to), expected: renamedKeys(test.expected, id, to) })),
  };
}

function remove(document: PipelineDocument, { nodes = [], edges = [], comments = [] }: Extract<Edit, { edit: "remove" }>): PipelineDocument {
  return {
    ...document,
    nodes: document.nodes.filter(({ id }) => !nodes.includes(id)),
    edges: document.edges.filter((edge) => !nodes.includes(edge.from) && !nodes.includes(edge.to) && !edges.some((other) => isSameEdge(edge, other))),
    comments: document.comments.filter(({ id }) => !comments.includes(id)),
  };
}

/** Nodes where they stand now: what is added must not make the layout move them below it. */
function fixed(document: PipelineDocument): readonly PipelineNode[] {
  if (document.nodes.every(({ position }) => position !== undefined)) return document.nodes;
  const places = placesOf(document);
  return document.nodes.map((node) => ({ ...node, position: places[node.id] ?? { x: 0, y: 0 } }));
}

const without = (edges: readonly PipelineEdge[], edge: PipelineEdge | undefined): PipelineEdge[] =>
  edges.filter((other) => edge === undefined || !isSameEdge(other, edge));

/** The document after an edit; the same object when nothing changes. */
export function applyEdit(document: PipelineDocument, edit: Edit): PipelineDocument {
  switch (edit.edit) {
    case "add": {
      const { nodes, edges, comments } = edit.piece;
      return {
        ...document,
        nodes: [...fixed(document), ...nodes],
        edges: [...without(document.edges, edit.instead), ...edges],
        comments: [...document.comments, ...comments],
      };
    }
    case "remove":
      return remove(document, edit);
    case "change-node":
      return changeNode(document, edit);
    case "rename":
      return rename(document, edit);
    case "move":
      return {
        ...document,
        nodes: document.nodes.map((node) => {
          const position = edit.places[node.id];
          return position === undefined ? node : { ...node, position };
        }),
        comments: document.comments.map((comment) => {
          const position = edit.places[comment.id];
          return position === undefined ? comment : { ...comment, position };
        }),
      };
    case "connect":
      return { ...document, edges: [...without(document.edges, edit.instead), edit.edge] };
    case "change-comment":
      return { ...document, comments: document.comments.map((comment) => (comment.id === edit.id ? { ...comment, ...edit.change } : comment)) };
    case "change-head":
      return { ...document, ...edit.change };
    case "replace":
      return edit.document;
  }
}

/** Steps back that are kept. */
const MAX_STEPS = 200;

export interface History {
  readonly document: PipelineDocument;
  readonly past: readonly PipelineDocument[];
  readonly future: readonly PipelineDocument[];
  /** What the last edit went on with, so that typing a word is one step back. */
  readonly going: string | undefined;
}

export type Action =
  | { readonly do: "edit"; readonly edit: Edit; readonly going?: string | undefined }
  | { readonly do: "undo" }
  | { readonly do: "redo" }
  | { readonly do: "reset"; readonly document: PipelineDocument };

export const begin = (document: PipelineDocument): History => ({ document, past: [], future: [], going: undefined });

/** One history over the whole document. Edits that go on with the same thing are one step. */
export function reduce(history: History, action: Action): History {
  const { document, past, future } = history;
  if (action.do === "reset") return begin(action.document);
  if (action.do === "undo") {
    const before = past.at(-1);
    return before === undefined ? history : { document: before, past: past.slice(0, -1), future: [document, ...future], going: undefined };
  }
  if (action.do === "redo") {
    const [after, ...rest] = future;
    return after === undefined ? history : { document: after, past: [...past, document], future: rest, going: undefined };
  }
  const changed = applyEdit(document, action.edit);
  if (changed === document) return history;
  const goesOn = action.going !== undefined && action.going === history.going && past.length > 0;
  return { document: changed, past: goesOn ? past : [...past, document].slice(-MAX_STEPS), future: [], going: action.going };
}
