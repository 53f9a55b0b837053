import { preflight } from "./preflight.ts";
import type { MergeParts } from "./session-work.ts";
import { stageMerge } from "./stage-merge.ts";
import type { Merging } from "./types.ts";

export function merging(parts: MergeParts): Pick<Merging, "preflight" | "stageMerge"> {
  return {
    preflight: (input) => preflight(parts, input),
    stageMerge: (input) => stageMerge(parts, input),
  };
}
