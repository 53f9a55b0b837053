import { setTimeout as delay } from "node:timers/promises";
import type { RunSummary } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { RUN_NOTICES } from "../channels.ts";
import { isEnded } from "../rules.ts";
import { getRun } from "./get-run.ts";

/** Looked at this often besides, should a notice be lost. */
const RECHECK_MS = 500;

/** Waits until a run has ended, however, or is paused; ends early when the caller goes away. */
export async function awaitRun(ctx: Ctx, id: string): Promise<RunSummary> {
  let told = new AbortController();
  await using _ = await ctx.services.database.listener.subscribe(RUN_NOTICES, (payload) => {
    if (payload === "" || payload.includes(id)) told.abort();
  });
  for (;;) {
    const { steps: _steps, ...run } = await getRun(ctx, id);
    if (isEnded(run.state) || run.state === "paused") return run;
    await delay(RECHECK_MS, undefined, { signal: AbortSignal.any([ctx.signal, told.signal]) }).catch(() => ctx.signal.throwIfAborted());
    told = new AbortController();
  }
}
