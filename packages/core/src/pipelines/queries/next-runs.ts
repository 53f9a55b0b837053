import { previewTimes } from "../schedule/index.ts";
import type { Ctx } from "../../context/index.ts";

export interface NextRunsQuery {
  readonly cron: readonly string[];
  readonly timeZone: string;
  readonly gap: "shift" | "skip";
  readonly overlap: "first" | "last" | "both";
  readonly count: number;
  readonly after?: string | undefined;
}

/** When schedules are due next, with notes where clocks are changed. */
export function nextRuns(ctx: Ctx, { count, after, cron, ...rule }: NextRunsQuery) {
  return previewTimes({ ...rule, cron: [...cron] }, after === undefined ? ctx.services.clock.now() : new Date(after), count);
}
