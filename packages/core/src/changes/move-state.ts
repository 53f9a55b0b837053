import { type ChangeState, type EventType, problem } from "@granary/protocol";
import type { Principal, TxCtx } from "../context/index.ts";
import { mayMove, stateWords } from "./states.ts";
import type { ChangeRow, KeptFault } from "./store.ts";

/** What tells of a move. */
export interface Telling {
  readonly type: EventType;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly result?: "failure";
  /** Who is behind it where that is not the caller: a job merges for somebody. */
  readonly by?: Principal | undefined;
}

/** What changes with the state. */
interface MovedFields {
  readonly revision?: number;
  readonly opened_at?: Date;
  readonly co_author_ids?: readonly string[];
  readonly merged_version?: number;
  readonly merged_by?: string | null;
  readonly merged_at?: Date | null;
  readonly merge_job_id?: string | null;
  readonly mergeFault?: KeptFault | null;
  readonly closed_by?: string | null;
  readonly closed_at?: Date | null;
  readonly closed_reason?: string;
  readonly bypassed_by?: string | null;
  readonly bypass_reason?: string | null;
  readonly superseded_by?: string | null;
}

/** A move: what tells of it, and what changes with it. */
export interface Move extends Telling {
  readonly fields?: MovedFields;
}

type Movable = Pick<ChangeRow, "id" | "number" | "title" | "dataset_id" | "state">;

export const labelOf = ({ number, title }: Pick<ChangeRow, "number" | "title">): string => `#${number} ${title}`;

/** Writes down what happened to a request. */
export async function recordChange(ctx: TxCtx, row: Pick<Movable, "id" | "number" | "title" | "dataset_id">, telling: Telling): Promise<void> {
  await ctx.record({
    type: telling.type,
    subject: { id: row.id, label: labelOf(row) },
    data: { datasetId: row.dataset_id, number: row.number, ...telling.data },
    ...(telling.result === undefined ? {} : { result: telling.result }),
    ...(telling.by === undefined ? {} : { principal: telling.by }),
  });
}

/**
 * The one way for a request from state to state, together with its event and a new version of its row. To be called behind
 * `holdChange`. Throws `change.state_wrong`.
 */
export async function moveState(ctx: TxCtx, row: Movable, to: ChangeState, { fields = {}, ...telling }: Move): Promise<void> {
  if (!mayMove(row.state, to)) throw problem("change.state_wrong", { state: stateWords(row.state) });
  const { mergeFault, co_author_ids, ...plain } = fields;
  await ctx.db
    .updateTable("change_requests")
    .set({ ...plain, state: to, updated_at: ctx.now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .$if(co_author_ids !== undefined, (query) => query.set({ co_author_ids: [...(co_author_ids ?? [])] }))
    .$if(mergeFault !== undefined, (query) => query.set({ merge_error: mergeFault === null ? null : JSON.stringify(mergeFault) }))
    .where("id", "=", row.id)
    .execute();
  await recordChange(ctx, row, telling);
}
