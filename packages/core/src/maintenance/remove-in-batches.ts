import type { Ctx, TxCtx } from "../context/index.ts";

/** Rows one transaction removes, so that a table nobody cleaned for a year is not locked for minutes. */
const BATCH = 1_000;

/** Removes until nothing is left, in transactions of their own; `remove` answers how many rows it removed of at most `limit`. */
export async function removeInBatches(ctx: Ctx, remove: (tx: TxCtx, limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    ctx.signal.throwIfAborted();
    const removed = await ctx.system.tx((tx) => remove(tx, BATCH));
    total += removed;
    if (removed < BATCH) return total;
  }
}
