import { useReactFlow } from "@xyflow/react";
import { useEffect, useEffectEvent, useRef } from "react";
import { useBuilder } from "./builder-context.ts";

/** Smaller than this a node cannot be read; a long pipeline begins at its start instead. */
const READABLE = 0.62;
const MARGIN = 32;
const FIT = { padding: 0.12, maxZoom: 1 };

/** What of the canvas is in sight: at first all of it, or its beginning; later the node that was gone to. */
export function useSight(): void {
  const { jump, document } = useBuilder();
  const flow = useReactFlow();
  const last = useRef(0);
  const frameOf = () => window.document.querySelector(".react-flow")?.getBoundingClientRect();
  const begin = useEffectEvent(async () => {
    await flow.fitView(FIT);
    const frame = frameOf();
    if (flow.getZoom() >= READABLE || frame === undefined || document.nodes.length === 0) return;
    const { x, y, height } = flow.getNodesBounds(flow.getNodes());
    await flow.setViewport({ zoom: READABLE, x: MARGIN - x * READABLE, y: frame.height / 2 - (y + height / 2) * READABLE });
  });
  const show = useEffectEvent(async (id: string) => {
    const [node, frame] = [flow.getNode(id), frameOf()];
    if (node === undefined || frame === undefined) return;
    const { x, y, zoom } = flow.getViewport();
    const { width = 0, height = 0 } = node;
    const [left, top] = [node.position.x * zoom + x, node.position.y * zoom + y];
    const isSeen = left >= 0 && top >= 0 && left + width * zoom <= frame.width && top + height * zoom <= frame.height;
    if (isSeen && zoom >= READABLE) return;
    await flow.fitView(FIT);
    if (flow.getZoom() >= READABLE) return;
    await flow.setCenter(node.position.x + width / 2, node.position.y + height / 2, { zoom: Math.max(READABLE, Math.min(zoom, 1)) });
  });
  useEffect(() => {
    const frame = requestAnimationFrame(() => void begin());
    return () => cancelAnimationFrame(frame);
  }, []);
  useEffect(() => {
    if (jump === undefined || jump.turn === last.current) return undefined;
    const frame = requestAnimationFrame(() => {
      last.current = jump.turn;
      void show(jump.node);
    });
    return () => cancelAnimationFrame(frame);
  }, [jump]);
}
