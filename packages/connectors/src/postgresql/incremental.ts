import { problem } from "@granary/protocol";
import type pg from "pg";
import type { ReadRequest, StreamState } from "../connector.ts";
import { type Relation, tableOf } from "./catalog.ts";
import { quoteName, quoteText } from "./quote.ts";

/**
 * Where an incremental read ended: the greatest value of the cursor, and the server's snapshot at that time. A row that has the very same
 * value is new when that snapshot could not see it; so no row is lost or read twice, however many share a value. Views keep no
 * transactions: of them, the rows at the last value are counted, and a different count later is refused.
 */
interface Place {
  readonly cursor: string;
  readonly snapshot: string | null;
  readonly count: number | null;
}

export interface IncrementalStep {
  /** The rows of the step. */
  readonly where: string;
  /** Where the stream stands when they are kept. */
  readonly state: StreamState | undefined;
  /** Where to go on; undefined when all is read. */
  readonly rest: Position | undefined;
}

interface Position {
  /** Undefined for the first read, which also takes the rows without a value. */
  readonly place: Place | undefined;
  readonly upper: string;
}

export interface IncrementalPlan {
  readonly first: Position | undefined;
  next(from: Position, rows: number): Promise<IncrementalStep>;
}

function placeOf(state: StreamState | null): Place | undefined {
  if (state === null || typeof state.cursor !== "string") return undefined;
  return {
    cursor: state.cursor,
    snapshot: typeof state.snapshot === "string" ? state.snapshot : null,
    count: typeof state.count === "number" ? state.count : null,
  };
}

/** The transaction that wrote a row, with the epoch that `xmin` leaves out. */
const WRITTEN_BY = `((case when xmin::text::bigint > (pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295)
  then (pg_snapshot_xmax(pg_current_snapshot())::text::bigint >> 32) - 1 else pg_snapshot_xmax(pg_current_snapshot())::text::bigint >> 32 end << 32)
  | xmin::text::bigint)::text::xid8`;

const isFrozen = "xmin::text::bigint < 3";

interface Cursor {
  readonly name: string;
  literal(value: string): string;
}

function cursorOf(relation: Relation, request: ReadRequest): Cursor {
  const column = relation.columns.find(({ name }) => name === request.cursor);
  const stream = `${relation.schema}.${relation.name}`;
  if (column === undefined)
    throw problem("connection.data_invalid", { stream, reason: `it has no column ${request.cursor ?? ""} to go on from; choose another cursor` });
  return { name: quoteName(column.name), literal: (value) => `${quoteText(value)}::${column.sourceType}` };
}

/** Conditions for the rows after a place. Rows at the same value that the place's snapshot did not see are among them. */
function behind(cursor: Cursor, place: Place | undefined): string {
  if (place === undefined) return "";
  const value = cursor.literal(place.cursor);
  if (place.snapshot === null) return `${cursor.name} > ${value}`;
  const isNew = `not (${isFrozen} or pg_visible_in_snapshot(${WRITTEN_BY}, ${quoteText(place.snapshot)}::pg_snapshot))`;
  return `${cursor.name} >= ${value} and (${cursor.name} > ${value} or ${isNew})`;
}

async function one<T extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<T | undefined> {
  const { rows } = await client.query<T>(text);
  return rows[0];
}

async function requireSameCount(client: pg.Client, relation: Relation, cursor: Cursor, place: Place): Promise<void> {
  if (place.count === null) return;
  const found = await one<{ count: string }>(client, `select count(*) from ${tableOf(relation)} where ${cursor.name} = ${cursor.literal(place.cursor)}`);
  if (Number(found?.count) === place.count) return;
  const stream = `${relation.schema}.${relation.name}`;
  const reason = `rows came or went at the value ${cursor.name} had last, and a view does not tell which. Choose a finer cursor, or reset the stream`;
  throw problem("connection.data_invalid", { stream, reason });
}

/** Plans an incremental read inside the reading transaction: its upper bound is fixed here. */
export async function planIncremental(client: pg.Client, relation: Relation, request: ReadRequest): Promise<IncrementalPlan> {
  const cursor = cursorOf(relation, request);
  const table = tableOf(relation);
  const start = placeOf(request.state);
  if (start !== undefined) await requireSameCount(client, relation, cursor, start);
  const snapshot = relation.keepsTransactions
    ? ((await one<{ snapshot: string }>(client, "select pg_current_snapshot()::text as snapshot"))?.snapshot ?? null)
    : null;
  const upper = (await one<{ upper: string | null }>(client, `select max(${cursor.name})::text as upper from ${table}`))?.upper ?? null;

  const stateAt = async (value: string): Promise<StreamState> => {
    if (snapshot !== null) return { cursor: value, snapshot };
    const found = await one<{ count: string }>(client, `select count(*) from ${table} where ${cursor.name} = ${cursor.literal(value)}`);
    return { cursor: value, count: Number(found?.count) };
  };

  return {
    first: upper === null && start !== undefined ? undefined : { place: start, upper: upper ?? "" },
    next: async (from, rows) => {
      if (upper === null) return { where: "", state: undefined, rest: undefined };
      const lower = behind(cursor, from.place);
      const after = lower === "" ? `${cursor.name} is not null` : lower;
      const ranked = `select ${cursor.name} as value from ${table} where ${after} order by 1 offset ${rows} limit 1`;
      const bound = (await one<{ bound: string }>(client, `select value::text as bound from (${ranked}) ranked`))?.bound ?? from.upper;
      const within = `${cursor.name} <= ${cursor.literal(bound)}`;
      const where = lower === "" ? `(${within} or ${cursor.name} is null)` : `${lower} and ${within}`;
      const isLast = bound === from.upper;
      // In between everything up to the bound is read in this same snapshot, so that the bound's own rows are all there.
      const place = { cursor: bound, snapshot: null, count: null };
      return { where, state: await stateAt(bound), rest: isLast ? undefined : { place, upper: from.upper } };
    },
  };
}
