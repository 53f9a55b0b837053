import type { GraphColumn, PipelineDocument, PipelineNode, StepState } from "@granary/protocol";
import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import { NODE_WIDTH, nodeHeight, type Place, placesOf } from "./lay-out.ts";
import { edgeId, inputsOf, outputsOf } from "./ports.ts";
import { asWritten, type NameOf, spokenName, summaryOf, titleOf } from "./summary.ts";

/** How far a node of a run is. */
export interface NodeState {
  readonly state: StepState;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly rejected: number | null;
  /** 0 to 1 while it can be told. */
  readonly progress: number | null;
  /** Rows by output port, where there are several. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface CardData extends Record<string, unknown> {
  readonly node: PipelineNode;
  readonly title: string;
  readonly summary: string;
  readonly errors: number;
  readonly warnings: number;
  readonly state: NodeState | undefined;
  /** Whether edges can be drawn. */
  readonly isEditable: boolean;
}
export type CardNode = Node<CardData, "card">;

export interface NoteData extends Record<string, unknown> {
  readonly text: string;
}
export type NoteNode = Node<NoteData, "note">;

export interface LineData extends Record<string, unknown> {
  readonly columns: readonly GraphColumn[] | undefined;
  readonly rows: number | undefined;
  readonly isMoving: boolean;
  readonly isEditable: boolean;
}
export type LineEdge = Edge<LineData, "line">;

export interface FlowExtras {
  readonly nameOf?: NameOf;
  readonly selected?: ReadonlySet<string>;
  readonly selectedEdge?: string | undefined;
  readonly states?: Readonly<Record<string, NodeState>>;
  readonly faults?: ReadonlyMap<string, { readonly errors: number; readonly warnings: number }>;
  readonly columns?: Readonly<Record<string, Readonly<Record<string, readonly GraphColumn[]>>>>;
  /** Where nodes are while they are dragged. */
  readonly places?: Readonly<Record<string, Place>>;
  readonly isEditable?: boolean;
}

const HANDLE = 12;
const FIRST_PORT = 58;
const PORT_LINE = 20;
const NOTE_WIDTH = 200;

/** How far below a node's top a port is: in the middle of the head where there is one, else on a line of its own. */
export const portTop = (index: number, count: number): number => (count === 1 ? FIRST_PORT / 2 : FIRST_PORT + index * PORT_LINE + PORT_LINE / 2 - 4);

function handlesOf(node: PipelineNode): NodeHandle[] {
  const inputs = inputsOf(node);
  const outputs = outputsOf(node);
  const handle = (type: "source" | "target", id: string, top: number): NodeHandle => ({
    id,
    type,
    position: type === "source" ? Position.Right : Position.Left,
    x: type === "source" ? NODE_WIDTH - HANDLE / 2 : -HANDLE / 2,
    y: top - HANDLE / 2,
    width: HANDLE,
    height: HANDLE,
  });
  return [
    ...inputs.map(({ name }, index) => handle("target", name, portTop(index, inputs.length))),
    ...outputs.map((name, index) => handle("source", name, portTop(index, outputs.length))),
  ];
}

function rowsOn(state: NodeState | undefined, port: string): number | undefined {
  if (state === undefined) return undefined;
  return state.ports?.[port] ?? (Object.keys(state.ports ?? {}).length > 0 ? undefined : (state.rowsOut ?? undefined));
}

/** The cards of a document. Their size and ports are known beforehand, so that nothing has to be measured. */
export function cardsOf(document: PipelineDocument, extras: FlowExtras): CardNode[] {
  const places = { ...placesOf(document), ...extras.places };
  const nameOf = extras.nameOf ?? asWritten;
  return document.nodes.map((node) => {
    const faults = extras.faults?.get(node.id) ?? { errors: 0, warnings: 0 };
    const counts = { inputs: inputsOf(node).length, outputs: outputsOf(node).length, faults: faults.errors + faults.warnings };
    const size = { width: NODE_WIDTH, height: nodeHeight(node) };
    return {
      id: node.id,
      type: "card",
      position: places[node.id] ?? { x: 0, y: 0 },
      ...size,
      measured: size,
      handles: handlesOf(node),
      selected: extras.selected?.has(node.id) ?? false,
      ariaLabel: spokenName(node, counts, nameOf),
      data: {
        node,
        title: titleOf(node, nameOf),
        summary: summaryOf(node),
        ...faults,
        state: extras.states?.[node.id],
        isEditable: extras.isEditable ?? false,
      },
    };
  });
}

/** A document's comments, drawn below its nodes. */
export function notesOf({ comments }: PipelineDocument, extras: FlowExtras): NoteNode[] {
  return comments.map(({ id, text, position, width }) => ({
    id,
    type: "note",
    position: extras.places?.[id] ?? position,
    width: width ?? NOTE_WIDTH,
    zIndex: -1,
    selected: extras.selected?.has(id) ?? false,
    ariaLabel: `Comment: ${text === "" ? "empty" : text}`,
    data: { text },
  }));
}

/** The lines between cards. */
export function linesOf({ edges }: PipelineDocument, extras: FlowExtras): LineEdge[] {
  return edges.map((edge) => {
    const id = edgeId(edge);
    const state = extras.states?.[edge.from];
    return {
      id,
      type: "line",
      source: edge.from,
      sourceHandle: edge.fromPort,
      target: edge.to,
      targetHandle: edge.toPort,
      selected: id === extras.selectedEdge,
      data: {
        columns: extras.columns?.[edge.from]?.[edge.fromPort],
        rows: rowsOn(state, edge.fromPort),
        isMoving: state?.state === "running" || extras.states?.[edge.to]?.state === "running",
        isEditable: extras.isEditable ?? false,
      },
    };
  });
}
