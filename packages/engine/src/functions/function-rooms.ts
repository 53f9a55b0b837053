import type { Logger } from "@granary/kernel";
import { type BubblewrapOptions, findBubblewrap } from "../sandbox/confinement.ts";
import { FunctionChild, type FunctionPlace } from "./function-child.ts";
import type { FunctionIsolation } from "./types.ts";

export interface FunctionRoomOptions {
  readonly tempRoot: string;
  /** `auto` takes bubblewrap where it works. */
  readonly isolation: "auto" | "quickjs";
  readonly logger: Logger;
}

/** Finds out once where people's functions run on this system. */
export class FunctionRooms {
  readonly #options: FunctionRoomOptions;
  #found: Promise<{ readonly place: FunctionPlace; readonly isolation: FunctionIsolation }> | undefined;

  constructor(options: FunctionRoomOptions) {
    this.#options = options;
  }

  async isolation(): Promise<FunctionIsolation> {
    return (await this.#find()).isolation;
  }

  async place(): Promise<FunctionPlace> {
    return (await this.#find()).place;
  }

  #find() {
    this.#found ??= this.#look();
    return this.#found;
  }

  async #look() {
    const { tempRoot, isolation: wanted, logger } = this.#options;
    const { bubblewrap, reason } = wanted === "quickjs" ? { reason: "the configuration says so" } : await this.#tryBubblewrap();
    const isolation: FunctionIsolation = bubblewrap === undefined ? { kind: "quickjs", reason: reason ?? "" } : { kind: "bubblewrap" };
    if (bubblewrap === undefined) logger.warn({ reason }, "people's functions run in QuickJS, slower, because bubblewrap cannot be used");
    else logger.info({}, "people's functions run under bubblewrap");
    return { place: { tempRoot, bubblewrap }, isolation };
  }

  /** Only a process that starts proves it. */
  async #tryBubblewrap(): Promise<{ readonly bubblewrap?: BubblewrapOptions; readonly reason?: string }> {
    const path = findBubblewrap();
    if (path === undefined) return { reason: "bubblewrap is not installed" };
    const bubblewrap = { path };
    const setup = { body: "1", arguments: [], outputs: [{ name: "value", isJson: false }] };
    try {
      const child = await FunctionChild.start({ tempRoot: this.#options.tempRoot, bubblewrap }, setup, { batchDeadlineMs: 5_000 });
      await child[Symbol.asyncDispose]();
      return { bubblewrap };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      return { reason: `bubblewrap does not work here: ${cause.trim().split("\n").at(-1) ?? ""}` };
    }
  }
}
