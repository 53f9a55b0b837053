import type { RouteId } from "@granary/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

/** A dataset that is looked at as somebody else sees it. */
export interface ViewAs {
  readonly dataset: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** What of a dataset can be looked at with another person's eyes. */
const VIEWABLE: readonly RouteId[] = [
  "datasets.get",
  "datasets.rows",
  "datasets.countRows",
  "datasets.rowByKey",
  "datasets.columnStats",
  "datasets.schema",
  "datasets.schemaHistory",
  "datasets.versions",
  "datasets.version",
  "datasets.diff",
  "datasets.batches",
  "datasets.batch",
  "datasets.history",
];

let current: ViewAs | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The header of a call about the dataset that is looked at as somebody else sees it. */
export function viewAsHeaders(id: RouteId, params: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return current !== undefined && params["dataset"] === current.dataset && VIEWABLE.includes(id) ? { "x-view-as": current.user.id } : {};
}

/** Whose eyes a dataset is looked at with, and how to change that; nothing that was read before is shown again. */
export function useViewAs(dataset: string): { readonly viewed: ViewAs["user"] | undefined; readonly view: (user: ViewAs["user"] | undefined) => void } {
  const client = useQueryClient();
  const now = useSyncExternalStore(subscribe, () => current);
  const view = (user: ViewAs["user"] | undefined) => {
    if (current?.user.id === user?.id && (user === undefined || current?.dataset === dataset)) return;
    current = user === undefined ? undefined : { dataset, user };
    for (const listener of listeners) listener();
    void client.resetQueries({ queryKey: ["datasets"] });
  };
  return { viewed: now?.dataset === dataset ? now.user : undefined, view };
}
