import { AsyncLocalStorage } from "node:async_hooks";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { WANTED_CHANNEL } from "../channels.ts";

/** Why a run stops before its end; the reason of its signal. */
export class RunStop extends Error {
  readonly wanted: "pause" | "cancel";
  constructor(wanted: "pause" | "cancel") {
    super(`the run is to ${wanted}`);
    this.wanted = wanted;
  }
}

/** Stops for a run: asked for by people, or by its time limit. */
export interface Watch extends AsyncDisposable {
  /** Aborted with a `RunStop`, with `run.timeout`, or with whatever stops the job. */
  readonly signal: AbortSignal;
}

const POLL_MS = 1_000;

/** Watches for what people want of a run that is going on: heard of at once by NOTIFY, and within a second without. */
export async function watchWanted(ctx: Ctx, runId: string, deadline: { readonly at: Date; readonly seconds: number }): Promise<Watch> {
  const own = new AbortController();
  const outside = AsyncLocalStorage.snapshot();
  const read = async (): Promise<void> => {
    const row = await ctx.db
      .selectFrom("runs")
      .select("wanted")
      .where("id", "=", runId)
      .executeTakeFirst()
      .catch(() => undefined);
    if (row?.wanted != null && !own.signal.aborted) own.abort(new RunStop(row.wanted));
  };
  const look = (): void => void outside(read);
  const subscription = await ctx.services.database.listener.subscribe(WANTED_CHANNEL, (id) => {
    if (id === "" || id === runId) look();
  });
  const poll = setInterval(look, POLL_MS);
  const left = Math.min(2 ** 31 - 1, Math.max(0, deadline.at.getTime() - Date.now()));
  const timer = setTimeout(() => own.abort(problem("run.timeout", { seconds: deadline.seconds })), left);
  look();
  return {
    signal: AbortSignal.any([ctx.signal, own.signal]),
    async [Symbol.asyncDispose]() {
      clearInterval(poll);
      clearTimeout(timer);
      await subscription[Symbol.asyncDispose]();
    },
  };
}
