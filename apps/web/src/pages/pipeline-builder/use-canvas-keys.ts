import type { KeyboardEvent, RefObject } from "react";
import { useBuilder } from "./builder-context.ts";
import { isArrow, neighbourOf } from "./neighbours.ts";
import { useNodeActions } from "./use-node-actions.ts";

const idAt = (target: EventTarget): string | undefined => (target as HTMLElement).closest(".react-flow__node")?.getAttribute("data-id") ?? undefined;
const isWriting = (target: EventTarget): boolean => (target as HTMLElement).closest("input, textarea, select, [contenteditable=true], [role=dialog]") !== null;

interface CanvasKeys {
  readonly place: RefObject<HTMLElement | null>;
  readonly onConnect: (from: string) => void;
  readonly onFit: () => void;
}

/** What keys do on the canvas and its nodes. */
export function useCanvasKeys({ place, onConnect, onFit }: CanvasKeys) {
  const builder = useBuilder();
  const { document, selection, select, edge, mayEdit } = builder;
  const actions = useNodeActions();
  const goTo = (id: string | undefined) => {
    if (id === undefined) return;
    select([id]);
    place.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
  };
  const remove = mayEdit ? () => (edge === undefined ? actions.remove(selection) : actions.removeEdge(edge)) : undefined;
  const onNode = (id: string): Record<string, (() => void) | undefined> => ({
    Enter: () => builder.goTo(id),
    " ": () => select([id]),
    c: mayEdit ? () => onConnect(id) : undefined,
  });
  return (event: KeyboardEvent) => {
    if (isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = idAt(event.target);
    const { key } = event;
    const everywhere: Record<string, (() => void) | undefined> = { f: onFit, Delete: remove, Backspace: remove, Escape: () => select([]) };
    const act =
      id !== undefined && isArrow(key) ? () => goTo(neighbourOf(document, id, key)) : (everywhere[key] ?? (id === undefined ? undefined : onNode(id)[key]));
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}
