import type { NodeKind, PipelineEdge } from "@granary/protocol";
import {
  Background,
  type Connection,
  ConnectionMode,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type DragEvent, useMemo, useRef, useState } from "react";
import { useBuilder } from "./builder-context.ts";
import classes from "./builder.module.css";
import { ConnectDialog } from "./connect-dialog.tsx";
import { EditableNote } from "./editable-note.tsx";
import { Card } from "./graph-view/card.tsx";
import { cardsOf, linesOf, notesOf } from "./graph-view/flow-parts.ts";
import graphClasses from "./graph-view/graph.module.css";
import { type Place, SNAP } from "./graph-view/lay-out.ts";
import { Line } from "./graph-view/line.tsx";
import { edgeId, whyNot } from "./graph-view/ports.ts";
import { DRAGGED_KIND } from "./palette.tsx";
import { useCanvasKeys } from "./use-canvas-keys.ts";
import { useNodeActions } from "./use-node-actions.ts";
import { useSight } from "./use-sight.ts";

const NODE_TYPES = { card: Card, note: EditableNote };
const EDGE_TYPES = { line: Line };
const FIT = { padding: 0.2, maxZoom: 1 };
const GRID: [number, number] = [SNAP, SNAP];
const ADDING_KEYS = ["Control", "Meta"];

const edgeOf = ({ source, sourceHandle, target, targetHandle }: Connection): PipelineEdge => ({
  from: source,
  fromPort: sourceHandle ?? "out",
  to: target,
  toPort: targetHandle ?? "in",
});

/** How many faults each node has. */
function faultCounts(faults: readonly { readonly node: string | null; readonly severity: string }[]) {
  const found = new Map<string, { errors: number; warnings: number }>();
  for (const { node, severity } of faults) {
    if (node === null) continue;
    const counts = found.get(node) ?? { errors: 0, warnings: 0 };
    counts[severity === "error" ? "errors" : "warnings"] += 1;
    found.set(node, counts);
  }
  return found;
}

/** The graph to draw in. Must stand within a `ReactFlowProvider`. */
export function Canvas() {
  const builder = useBuilder();
  const { document, edit, selection, select, edge, selectEdge, checked, mayEdit } = builder;
  const actions = useNodeActions();
  const flow = useReactFlow();
  const [dragged, setDragged] = useState<Readonly<Record<string, Place>>>();
  const [connecting, setConnecting] = useState<string>();
  const place = useRef<HTMLElement>(null);
  const faults = useMemo(() => faultCounts(checked.faults), [checked.faults]);
  const extras = useMemo(
    () => ({
      selected: selection,
      selectedEdge: edge,
      columns: checked.columns,
      faults,
      isEditable: mayEdit,
      ...(dragged === undefined ? {} : { places: dragged }),
    }),
    [selection, edge, checked.columns, faults, mayEdit, dragged],
  );
  const nodes = useMemo(() => [...notesOf(document, extras), ...cardsOf(document, extras)], [document, extras]);
  const edges = useMemo(() => linesOf(document, extras), [document, extras]);
  useSight();

  const onNodesChange = (changes: NodeChange[]) => {
    const moved = changes.flatMap((change) => (change.type === "position" && change.position !== undefined ? [[change.id, change.position] as const] : []));
    if (moved.length > 0) setDragged((before) => ({ ...before, ...Object.fromEntries(moved) }));
    const chosen = changes.filter((change) => change.type === "select");
    if (chosen.length === 0) return;
    const next = new Set(selection);
    for (const { id, selected } of chosen) {
      if (selected) next.add(id);
      else next.delete(id);
    }
    select([...next]);
  };
  const onEdgesChange = (changes: EdgeChange[]) => {
    const chosen = changes.find((change) => change.type === "select" && change.selected);
    if (chosen?.type === "select") selectEdge(chosen.id);
  };
  const drop = () => {
    if (dragged !== undefined) edit({ edit: "move", places: dragged });
    setDragged(undefined);
  };
  const onDrop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAGGED_KIND) as NodeKind | "";
    if (kind === "" || !mayEdit) return;
    event.preventDefault();
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const below = window.document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-edge], .react-flow__edge");
    const id = below?.getAttribute("data-edge") ?? below?.getAttribute("data-id");
    actions.add(kind, {
      place: { x: Math.round((x - 40) / SNAP) * SNAP, y: Math.round((y - 28) / SNAP) * SNAP },
      edge: document.edges.find((other) => edgeId(other) === id),
    });
  };
  const onKeyDown = useCanvasKeys({ place, onConnect: setConnecting, onFit: () => void flow.fitView(FIT) });
  return (
    <section
      ref={place}
      className={`${graphClasses.graph} ${classes.canvas}`}
      aria-label="Canvas"
      onKeyDown={onKeyDown}
      onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED_KIND) && event.preventDefault()}
      onDrop={onDrop}
      onClick={(event) => {
        const id = (event.target as HTMLElement).closest("[data-edge]")?.getAttribute("data-edge");
        if (id != null) selectEdge(id);
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={drop}
        onSelectionDragStop={drop}
        onConnect={(connection) => edit({ edit: "connect", edge: edgeOf(connection) })}
        onReconnect={(old, connection) => {
          const before = document.edges.find((other) => edgeId(other) === old.id);
          const after = edgeOf(connection);
          if (whyNot(document, after, before) === undefined) edit({ edit: "connect", edge: after, instead: before });
        }}
        isValidConnection={(connection) => whyNot(document, edgeOf(connection as Connection)) === undefined}
        onNodeDoubleClick={(_event, { id, type }) => type === "card" && builder.goTo(id)}
        onPaneClick={() => select([])}
        connectionMode={ConnectionMode.Strict}
        nodesDraggable={mayEdit}
        nodesConnectable={mayEdit}
        edgesFocusable={false}
        edgesReconnectable={mayEdit}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={ADDING_KEYS}
        snapToGrid
        snapGrid={GRID}
        minZoom={0.1}
        maxZoom={2}
      >
        <Background gap={24} />
        <Controls showInteractive={false} fitViewOptions={FIT} aria-label="Zoom" />
        {document.nodes.length > 5 && <MiniMap pannable zoomable ariaLabel="Map of the pipeline" style={{ width: 140, height: 96 }} />}
      </ReactFlow>
      {connecting !== undefined && <ConnectDialog from={connecting} onClose={() => setConnecting(undefined)} />}
    </section>
  );
}
