import type { ChangeRequest, RowEdit } from "@granary/protocol";
import type { EditsToSave } from "../../api/change-drafts.ts";

type ChangeId = ChangeRequest["id"];

/** The calls a draft is kept by. */
export interface DraftCalls {
  begin(dataset: string): Promise<{ readonly id: ChangeId }>;
  save(change: ChangeId, edits: EditsToSave): Promise<unknown>;
}

export interface SaverState {
  readonly draft: ChangeId | undefined;
  readonly state: "saved" | "waiting" | "saving" | "failed";
  readonly error: unknown;
}

/** Pauses in typing are shorter. */
const SETTLE_MS = 600;
const ROWS_A_CALL = 1_000;

/** Keeps edited rows on the server a moment after they were edited. One call at a time, so that an older state never comes last. */
export class DraftSaver {
  readonly #dataset: string;
  readonly #calls: DraftCalls;
  readonly #listeners = new Set<() => void>();
  readonly #dirty = new Map<string, RowEdit | null>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #state: SaverState;

  constructor(dataset: string, calls: DraftCalls, draft: ChangeId | undefined) {
    this.#dataset = dataset;
    this.#calls = calls;
    this.#state = { draft, state: "saved", error: undefined };
  }

  readonly state = (): SaverState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** These rows are as given now; undefined: not edited any more. */
  change(rows: Iterable<readonly [string, RowEdit | undefined]>): void {
    for (const [rowId, edit] of rows) this.#dirty.set(rowId, edit ?? null);
    if (this.#dirty.size === 0) return;
    this.#tell({ state: "waiting", error: undefined });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), SETTLE_MS);
  }

  /** Stores what is not stored yet; answers whether all of it is. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
    return this.#state.state === "saved";
  }

  /** The draft is gone or proposed: nothing of it is stored any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#dirty.clear();
    this.#tell({ draft: undefined, state: "saved", error: undefined });
  }

  async #run(): Promise<void> {
    while (this.#dirty.size > 0) {
      this.#tell({ state: "saving", error: undefined });
      const part = [...this.#dirty].slice(0, ROWS_A_CALL);
      try {
        const draft = this.#state.draft ?? (await this.#calls.begin(this.#dataset)).id;
        this.#tell({ draft });
        await this.#calls.save(
          draft,
          part.map(([rowId, edit]) => ({ rowId, edit })),
        );
      } catch (error) {
        return this.#tell({ state: "failed", error });
      }
      // What was edited again meanwhile is stored by the next round.
      for (const [rowId, edit] of part) if (this.#dirty.get(rowId) === edit) this.#dirty.delete(rowId);
    }
    this.#tell({ state: "saved", error: undefined });
  }

  #tell(part: Partial<SaverState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}
