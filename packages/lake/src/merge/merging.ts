import { preflight } from "./preflight.ts";
import type { MergeParts } from "./session-work.ts";
import type { Merging } from "./types.ts";

export function merging(parts: MergeParts): Pick<Merging, "preflight"> {
  return {
    preflight: (input) => preflight(parts, input),
  };
}
