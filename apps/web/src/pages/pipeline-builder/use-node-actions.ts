import type { NodeKind, PipelineDocument, PipelineEdge } from "@granary/protocol";
import { type Builder, useBuilder } from "./builder-context.ts";
import { layOut, NODE_WIDTH, nodeHeight, type Place, placesOf, SNAP } from "./graph-view/lay-out.ts";
import { edgeId } from "./graph-view/ports.ts";
import { cutOut, edgesBehind, edgesWithin, freeId, freshNode, pieceText, readPiece, renamed, takenIds } from "./pieces.ts";

const GAP = 72;
const NODE_STEP = 84;
const BESIDE: Place = { x: 48, y: 48 };

/** A place that no other node covers, from a wanted one downwards. */
function freePlace({ nodes }: PipelineDocument, places: Readonly<Record<string, Place>>, wanted: Place): Place {
  const tops = nodes.flatMap((node) => {
    const place = places[node.id];
    return place === undefined || Math.abs(place.x - wanted.x) >= NODE_WIDTH ? [] : [{ from: place.y - NODE_STEP, to: place.y + nodeHeight(node) + SNAP }];
  });
  let { y } = wanted;
  for (const { from, to } of tops.toSorted((one, other) => one.to - other.to)) if (y > from && y < to) y = to;
  return { x: Math.round(wanted.x / SNAP) * SNAP, y: Math.round(y / SNAP) * SNAP };
}

/** Where a node goes that nobody placed. */
function placeAfter(document: PipelineDocument, after: string | undefined): Place {
  const places = placesOf(document);
  const before = after === undefined ? undefined : places[after];
  if (before !== undefined) return freePlace(document, places, { x: before.x + NODE_WIDTH + GAP, y: before.y });
  const all = Object.values(places);
  if (all.length === 0) return { x: 48, y: 96 };
  return freePlace(document, places, { x: Math.min(...all.map(({ x }) => x)), y: Math.max(...all.map(({ y }) => y)) + NODE_STEP });
}

/** A document in which every node has a place, so that parts of it can go elsewhere. */
function placed(document: PipelineDocument): PipelineDocument {
  const places = placesOf(document);
  return { ...document, nodes: document.nodes.map((node) => ({ ...node, position: places[node.id] ?? { x: 0, y: 0 } })) };
}

/** Where a new node was dropped. */
interface Dropped {
  readonly place: Place;
  readonly edge: PipelineEdge | undefined;
}

/** Adds a node: into the chosen edge, behind the chosen node, or where it was dropped. */
function addNode({ document, edit, edge, node, goTo, select }: Builder, kind: NodeKind, at: Dropped | undefined): void {
  const chosen = at === undefined ? document.edges.find((other) => edgeId(other) === edge) : at.edge;
  const after = chosen?.from ?? node?.id;
  const made = freshNode(document, kind, at?.place ?? placeAfter(document, after));
  const within = chosen === undefined ? [] : edgesWithin(chosen, made);
  const behind = within.length > 0 || at !== undefined ? [] : edgesBehind(document, after, made);
  edit({ edit: "add", piece: { nodes: [made], edges: [...within, ...behind], comments: [] }, instead: within.length === 0 ? undefined : chosen });
  if (at === undefined) goTo(made.id);
  else select([made.id]);
}

function addPiece({ document, edit, select }: Builder, piece: ReturnType<typeof cutOut>): void {
  const next = renamed(piece, document, BESIDE);
  edit({ edit: "add", piece: next });
  select([...next.nodes, ...next.comments].map(({ id }) => id));
}

function addComment({ document, edit, select }: Builder): void {
  const id = freeId("comment", takenIds(document));
  const all = Object.values(placesOf(document));
  const position = all.length === 0 ? { x: 48, y: 24 } : { x: Math.min(...all.map(({ x }) => x)), y: Math.min(...all.map(({ y }) => y)) - 96 };
  edit({ edit: "add", piece: { nodes: [], edges: [], comments: [{ id, text: "", position }] } });
  select([id]);
}

/** What can be done to nodes, wherever it is asked for: canvas, outline, palette, menus, keys. */
export function nodeActions(builder: Builder) {
  const { document, edit, selection, select, selectEdge } = builder;
  return {
    add: (kind: NodeKind, at?: Dropped) => addNode(builder, kind, at),
    comment: () => addComment(builder),
    duplicate: (ids: Iterable<string>) => addPiece(builder, cutOut(placed(document), new Set(ids))),
    /** Whether the text held nodes. */
    paste: (text: string): boolean => {
      const piece = readPiece(text);
      if (piece === undefined || piece.nodes.length + piece.comments.length === 0) return false;
      addPiece(builder, piece);
      return true;
    },
    /** What is chosen, as text for the clipboard. */
    copied: (): string => pieceText(cutOut(placed(document), selection)),
    /** Takes nodes, and comments, away. */
    remove: (ids: Iterable<string>) => {
      const gone = [...ids];
      if (gone.length === 0) return;
      edit({ edit: "remove", nodes: gone, comments: gone });
      select([]);
    },
    removeEdge: (id: string) => {
      edit({ edit: "remove", edges: document.edges.filter((other) => edgeId(other) === id) });
      selectEdge(undefined);
    },
    arrange: () => edit({ edit: "move", places: layOut(document) }),
  };
}

export const useNodeActions = () => nodeActions(useBuilder());
