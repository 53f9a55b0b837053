import type { PipelineDocument } from "@granary/protocol";
import { Background, Controls, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useMemo } from "react";
import { Card } from "./card.tsx";
import { cardsOf, linesOf, type NodeState, notesOf } from "./flow-parts.ts";
import classes from "./graph.module.css";
import { Line } from "./line.tsx";
import { Note } from "./note.tsx";
import type { NameOf } from "./summary.ts";

const NODE_TYPES = { card: Card, note: Note };
const EDGE_TYPES = { line: Line };
const FIT = { padding: 0.15, maxZoom: 1 };

interface GraphViewProps {
  readonly label: string;
  readonly document: PipelineDocument;
  /** How far a run is, by node; rows are shown on the edges. */
  readonly states?: Readonly<Record<string, NodeState>>;
  readonly selected?: string | undefined;
  readonly onSelect?: (node: string | undefined) => void;
  readonly nameOf?: NameOf;
  /** A CSS length. */
  readonly height?: string;
}

/** A pipeline to look at: its nodes, and, for a run, how far each is. */
export default function GraphView({ label, document, states, selected, onSelect, nameOf, height = "420px" }: GraphViewProps) {
  const extras = useMemo(
    () => ({
      selected: new Set(selected === undefined ? [] : [selected]),
      ...(states === undefined ? {} : { states }),
      ...(nameOf === undefined ? {} : { nameOf }),
    }),
    [selected, states, nameOf],
  );
  const nodes = useMemo(() => [...notesOf(document, extras), ...cardsOf(document, extras)], [document, extras]);
  const edges = useMemo(() => linesOf(document, extras), [document, extras]);
  return (
    <section
      className={classes.graph}
      data-framed=""
      style={{ height }}
      aria-label={label}
      onKeyDown={(event) => {
        const id = (event.target as HTMLElement).closest("[data-id]")?.getAttribute("data-id");
        if (id == null || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        onSelect?.(id);
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.15}
        fitView
        fitViewOptions={FIT}
        onNodeClick={(_event, { id, type }) => type === "card" && onSelect?.(id)}
        onPaneClick={() => onSelect?.(undefined)}
      >
        <Background gap={24} />
        <Controls showInteractive={false} fitViewOptions={FIT} aria-label="Zoom" />
      </ReactFlow>
    </section>
  );
}
