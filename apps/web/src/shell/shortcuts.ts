import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { useSession } from "../api/session.ts";
import { useSlug } from "./place.ts";

/** The second key after `g`, by the place it opens. */
export const GO_KEYS: Readonly<Record<string, string>> = {
  h: "home",
  d: "datasets",
  c: "changes",
  p: "people",
  r: "roles",
  k: "api-keys",
  a: "activity",
  j: "jobs",
  s: "settings",
};

const SEQUENCE_MS = 1_200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

interface Shortcuts {
  readonly onSearch: () => void;
  readonly onHelp: () => void;
  readonly onFold: () => void;
}

/** The keyboard shortcuts that hold on every page; listed under `?`. */
export function useShortcuts({ onSearch, onHelp, onFold }: Shortcuts): void {
  const navigate = useNavigate();
  const slug = useSlug();
  const { navigation } = useSession();
  const goUntil = useRef(0);
  const single: Readonly<Record<string, () => void>> = {
    "?": onHelp,
    "[": onFold,
    "/": () => document.querySelector<HTMLInputElement>("main input[type=search]")?.focus(),
    g: () => {
      goUntil.current = Date.now() + SEQUENCE_MS;
    },
  };
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      return onSearch();
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog][aria-modal=true]") !== null) return;
    const place = Date.now() < goUntil.current ? navigation.find(({ id }) => id === GO_KEYS[event.key]) : undefined;
    goUntil.current = 0;
    const act = place === undefined ? single[event.key] : () => void navigate({ to: `/w/${slug}${place.path}` as "/" });
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}
