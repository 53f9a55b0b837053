import { isAppError } from "@granary/kernel";
import type { StagedChange } from "@granary/lake";
import type { Ctx } from "../../context/index.ts";

/** Somebody else was faster this often in a row only when the dataset is loaded into without a pause. */
const MAX_ATTEMPTS = 8;

/** Others published since the change was computed, or made the table that it was to make. */
const isOvertaken = (error: unknown): boolean => isAppError(error, "lake.commit_conflict") || isAppError(error, "lake.table_exists");

/** Computes a change of a table and publishes it, and computes it anew when others published in between. */
export async function withRestaging<S extends StagedChange, R>(ctx: Ctx, stage: () => Promise<S>, publish: (staged: S) => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    ctx.signal.throwIfAborted();
    const staged = await stage();
    try {
      return await publish(staged);
    } catch (error) {
      // Any other error may come after a commit whose answer was lost; the files then belong to the table.
      if (!isOvertaken(error)) throw error;
      await ctx.services.lake.discard(staged);
      if (attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}
