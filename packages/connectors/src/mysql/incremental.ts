import { problem } from "@granary/protocol";
import type { ReadRequest, StreamState } from "../connector.ts";
import type { Relation } from "./catalog.ts";
import type { MysqlClient } from "./open-client.ts";
import { quoteName, quoteText } from "./quote.ts";
import { type CatalogColumn, lineExpression } from "./types.ts";

/**
 * Where an incremental read ended: the greatest value of the cursor, and marks of the rows that had it. A row that has the very same value
 * is new when it bears none of the marks; so none is lost or read twice. Where too many rows share the value, they are counted, and a
 * different count later is refused.
 */
interface Place {
  readonly cursor: string;
  readonly seen: Readonly<Record<string, number>> | null;
  readonly count: number | null;
}

interface Position {
  readonly place: Place | undefined;
  readonly upper: string | null;
}

export interface IncrementalStep {
  /** What to select the lines from. */
  readonly from: string;
  readonly state: StreamState | undefined;
  readonly rest: Position | undefined;
}

export interface IncrementalPlan {
  readonly first: Position | undefined;
  next(at: Position, rows: number): Promise<IncrementalStep>;
}

/** So that the state stays far below 64 KiB. */
const MAX_SEEN = 2_500;
const MARK_DIGITS = 12;

function placeOf(state: StreamState | null): Place | undefined {
  if (state === null || typeof state.cursor !== "string") return undefined;
  const seen = typeof state.seen === "object" && state.seen !== null && !Array.isArray(state.seen) ? (state.seen as Record<string, number>) : null;
  return { cursor: state.cursor, seen, count: typeof state.count === "number" ? state.count : null };
}

const NUMBERS = /^(tinyint|smallint|mediumint|int|bigint|year|decimal|float|double|bit)$/;

/** A value of the cursor in SQL text: numbers as such, because texts are compared with them as floating-point numbers. */
function valueText({ type }: CatalogColumn, value: string): string {
  if (NUMBERS.test(type)) return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? value : quoteText(value);
  if (type === "date") return `cast(${quoteText(value)} as date)`;
  if (type === "datetime" || type === "timestamp") return `cast(${quoteText(value)} as datetime(6))`;
  return quoteText(value);
}

interface Cursor {
  readonly name: string;
  readonly table: string;
  readonly stream: string;
  readonly mark: string;
  literal(value: string): string;
}

function cursorOf(relation: Relation, request: ReadRequest): Cursor {
  const column = relation.columns.find(({ name }) => name === request.cursor);
  const stream = `${relation.schema}.${relation.name}`;
  if (column === undefined)
    throw problem("connection.data_invalid", { stream, reason: `it has no column ${request.cursor ?? ""} to go on from; choose another cursor` });
  const keys = relation.columns.filter(({ name }) => relation.keys.includes(name));
  const identity = keys.length === 0 ? relation.columns : keys;
  return {
    name: quoteName(column.name),
    table: `${quoteName(relation.schema)}.${quoteName(relation.name)}`,
    stream,
    mark: `left(md5(${lineExpression(identity)}), ${MARK_DIGITS})`,
    literal: (value) => valueText(column, value),
  };
}

async function countAt(client: MysqlClient, cursor: Cursor, value: string): Promise<number> {
  const [found] = await client.query<{ count: string | number }>(
    `select count(*) as count from ${cursor.table} where ${cursor.name} = ${cursor.literal(value)}`,
  );
  return Number(found?.count ?? 0);
}

async function stateAt(client: MysqlClient, cursor: Cursor, value: string): Promise<StreamState> {
  const marks = await client.query<{ mark: string; count: string | number }>(
    `select ${cursor.mark} as mark, count(*) as count from ${cursor.table} where ${cursor.name} = ${cursor.literal(value)} group by 1 limit ${MAX_SEEN + 1}`,
  );
  if (marks.length > MAX_SEEN) return { cursor: value, count: await countAt(client, cursor, value) };
  return { cursor: value, seen: Object.fromEntries(marks.map(({ mark, count }) => [mark, Number(count)])) };
}

async function requireSameCount(client: MysqlClient, cursor: Cursor, place: Place): Promise<void> {
  if (place.count === null || (await countAt(client, cursor, place.cursor)) === place.count) return;
  const reason = `rows came or went at the value the cursor had last, and more than ${MAX_SEEN} rows share it. Choose a finer cursor, or reset the stream`;
  throw problem("connection.data_invalid", { stream: cursor.stream, reason });
}

/** Rows at the place's own value that were not there yet. Identical rows without a key are told apart by their number. */
function newAtPlace(cursor: Cursor, place: Place): string {
  const value = cursor.literal(place.cursor);
  const cases = Object.entries(place.seen ?? {}).map(([mark, count]) => `when ${quoteText(mark)} then ${count}`);
  const seen = cases.length === 0 ? "0" : `case granary_mark ${cases.join(" ")} else 0 end`;
  const ranked = `select marked.*, row_number() over (partition by granary_mark) as granary_place from (select t.*, ${cursor.mark} as granary_mark from ${cursor.table} t where ${cursor.name} = ${value}) marked`;
  return `(select * from (${ranked}) ranked where granary_place > ${seen}) fresh`;
}

/** Plans an incremental read inside the reading transaction: its upper bound is fixed here. */
export async function planIncremental(client: MysqlClient, relation: Relation, request: ReadRequest): Promise<IncrementalPlan> {
  const cursor = cursorOf(relation, request);
  const start = placeOf(request.state);
  if (start !== undefined) await requireSameCount(client, cursor, start);
  const [top] = await client.query<{ upper: string | null }>(`select cast(max(${cursor.name}) as char) as upper from ${cursor.table}`);
  const upper = top?.upper ?? null;

  async function behind(at: Position & { readonly upper: string }, rows: number): Promise<IncrementalStep> {
    const after = at.place === undefined ? `${cursor.name} is not null` : `${cursor.name} > ${cursor.literal(at.place.cursor)}`;
    const [ranked] = await client.query<{ bound: string }>(
      `select cast(value as char) as bound from (select ${cursor.name} as value from ${cursor.table} where ${after} order by 1 limit 1 offset ${rows}) ranked`,
    );
    const bound = ranked?.bound ?? at.upper;
    const within = `${cursor.name} <= ${cursor.literal(bound)}`;
    const where = at.place === undefined ? `(${within} or ${cursor.name} is null)` : `${after} and ${within}`;
    const rest = bound === at.upper ? undefined : { place: { cursor: bound, seen: null, count: null }, upper: at.upper };
    return { from: `${cursor.table} where ${where}`, state: await stateAt(client, cursor, bound), rest };
  }

  return {
    first: upper === null && start !== undefined ? undefined : { place: start, upper },
    next: async (at, rows) => {
      if (at.upper === null) return { from: cursor.table, state: undefined, rest: undefined };
      if (at.place?.seen !== null && at.place !== undefined)
        return {
          from: newAtPlace(cursor, at.place),
          state: await stateAt(client, cursor, at.place.cursor),
          rest: { place: { ...at.place, seen: null }, upper: at.upper },
        };
      return behind({ ...at, upper: at.upper }, rows);
    },
  };
}
