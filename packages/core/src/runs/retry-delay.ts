import type { PipelineDocument } from "@granary/protocol";

type RetryPolicy = PipelineDocument["settings"]["retry"];

/** The pause before the next attempt, in milliseconds: full jitter, so that many that failed together do not return together. */
export function retryDelayMs({ baseS, factor, maxS }: RetryPolicy, attempt: number, random: number): number {
  const full = Math.min(baseS * factor ** Math.max(0, attempt - 1), maxS);
  return Math.round(full * random * 1_000);
}
