import { useEffect, useSyncExternalStore } from "react";

let tail: string | undefined;
const listeners = new Set<() => void>();

function set(next: string | undefined): void {
  tail = next;
  for (const listener of listeners) listener();
}

/** Names the thing a page shows as the last part of the breadcrumbs. */
export function useCrumb(name: string | undefined): void {
  useEffect(() => {
    set(name);
    return () => set(undefined);
  }, [name]);
}

export function useCrumbTail(): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => tail,
  );
}
