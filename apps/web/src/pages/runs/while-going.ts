import type { RunSummary } from "@granary/protocol";
import type { InfiniteData } from "@tanstack/react-query";
import { isOver } from "./run-words.ts";

type Pages = InfiniteData<{ readonly items: readonly RunSummary[] }, unknown>;

/** States come by the realtime connection; how far a run is only its own page hears, so lists ask for it. */
const PROGRESS_MS = 5_000;

/** How often a list of runs is read again: only while one of them is going on. */
export function whileGoing(query: { readonly state: { readonly data: Pages | undefined } }): number | false {
  return query.state.data?.pages.some(({ items }) => items.some(({ state }) => !isOver(state) && state !== "paused")) === true ? PROGRESS_MS : false;
}
