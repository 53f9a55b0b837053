import type { Preferences } from "@granary/protocol";
import { useSyncExternalStore } from "react";

/** How the interface looks; kept in the browser too, so that the first paint is right before anybody is signed in. */
export type Look = Pick<Preferences, "theme" | "contrast" | "fontSize">;

const KEY = "granary.look";
const START: Look = { theme: "system", contrast: "normal", fontSize: "normal" };
const dark = matchMedia("(prefers-color-scheme: dark)");
const moreContrast = matchMedia("(prefers-contrast: more)");
const listeners = new Set<() => void>();

function stored(): Look {
  try {
    return { ...START, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Look>) };
  } catch {
    return START;
  }
}

let look = stored();

function apply(): void {
  const root = document.documentElement;
  root.dataset["contrast"] = look.contrast === "high" || moreContrast.matches ? "high" : "normal";
  root.dataset["fontSize"] = look.fontSize;
  for (const listener of listeners) listener();
}

dark.addEventListener("change", apply);
moreContrast.addEventListener("change", apply);

/** Changes the look at once and remembers it in this browser. */
export function setLook(change: Partial<Look>): void {
  look = { ...look, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Without storage the look lasts until the page is closed.
  }
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLook = (): Look => useSyncExternalStore(subscribe, () => look);

/** The colour scheme that is in force: the chosen one, or the system's. */
export function useColorScheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, () => (look.theme === "system" ? (dark.matches ? "dark" : "light") : look.theme));
}

/** Whether two looks are the same, so that signing in does not write what is already there. */
export function isSameLook(a: Look, b: Look): boolean {
  return a.theme === b.theme && a.contrast === b.contrast && a.fontSize === b.fontSize;
}
