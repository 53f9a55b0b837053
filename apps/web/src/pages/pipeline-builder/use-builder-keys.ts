import { useEffect, useEffectEvent } from "react";
import type { Builder } from "./builder-context.ts";
import type { Saving } from "./saving/use-saving.ts";
import { nodeActions } from "./use-node-actions.ts";

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true], [role=dialog]") !== null;

const CLIPBOARD = ["copy", "cut", "paste"] as const;

/** Keys and clipboard of the builder, wherever the keyboard is but in a text. */
export function useBuilderKeys(builder: Builder, isCanvas: boolean, saving: Saving): void {
  const { document, selection, select, mayEdit } = builder;
  const actions = nodeActions(builder);
  const all = () => select([...document.nodes.map(({ id }) => id), ...document.comments.map(({ id }) => id)]);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const everywhere: Record<string, (() => void) | undefined> = { s: () => saving.canSave && saving.save() };
    const outside: Record<string, (() => void) | undefined> = {
      z: event.shiftKey ? builder.redo : builder.undo,
      y: builder.redo,
      a: isCanvas ? all : undefined,
      d: selection.size > 0 && mayEdit ? () => actions.duplicate(selection) : undefined,
    };
    const act = everywhere[key] ?? (isWriting(event.target) ? undefined : outside[key]);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  const onClipboard = useEffectEvent((event: ClipboardEvent) => {
    if (isWriting(event.target) || event.clipboardData === null) return;
    if (event.type === "paste") {
      if (mayEdit && actions.paste(event.clipboardData.getData("text/plain"))) event.preventDefault();
      return;
    }
    if (selection.size === 0 || (getSelection()?.toString() ?? "") !== "") return;
    event.clipboardData.setData("text/plain", actions.copied());
    event.preventDefault();
    if (event.type === "cut" && mayEdit) actions.remove(selection);
  });
  useEffect(() => {
    const key = (event: KeyboardEvent) => onKey(event);
    const clipboard = (event: ClipboardEvent) => onClipboard(event);
    addEventListener("keydown", key);
    for (const name of CLIPBOARD) addEventListener(name, clipboard);
    return () => {
      removeEventListener("keydown", key);
      for (const name of CLIPBOARD) removeEventListener(name, clipboard);
    };
  }, []);
}
