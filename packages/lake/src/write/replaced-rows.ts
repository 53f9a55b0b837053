import { and, column, compare, type Expression, inList, literal, type Query, type Relation, type SelectQuery } from "@granary/engine";
import { storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { FILE, POSITION, rowsAmong, rowsNotAmong } from "./live-rows.ts";
import { IS_PLACE, REMOVED } from "./removals.ts";
import { ACTION, ACTIONS } from "./upsert-actions.ts";
import { SOURCE, SOURCE_ROW } from "./upsert-source.ts";

/** A table of the session: what columns the source does not have hold in the rows it replaces. */
export const KEPT = "granary_kept";

/** Rows that come instead of others, or anew. */
export interface Incoming {
  /** Columns the source has, the batch among them. */
  readonly given: readonly IcebergField[];
  /** Columns it does not have: replaced rows keep what they hold there, new rows are empty. */
  readonly kept: readonly IcebergField[];
}

const table = (name: string, as: string): Relation => ({ kind: "alias", as, relation: { kind: "table", name } });

const isRow = (left: string, right: string): Expression => compare(column(SOURCE_ROW, left), "=", column(SOURCE_ROW, right));

const PLACE = [column(FILE), column(POSITION)];

const isPlaceOf = (left: string, right: string): Expression =>
  and(compare(column(FILE, left), "=", column(FILE, right)), compare(column(POSITION, left), "=", column(POSITION, right)));

/** The source's rows that come, with what becomes of them. */
const comingSource = (): Relation => ({
  kind: "join",
  join: "inner",
  left: table(SOURCE, "s"),
  right: table(ACTIONS, "a"),
  on: isRow("s", "a"),
});

/** For the rows that are replaced, from the live rows of the files they are in. */
export function keptQuery(live: SelectQuery, kept: readonly IcebergField[]): Query {
  const known = { table: REMOVED, columns: PLACE, where: column(IS_PLACE) };
  return {
    kind: "select",
    items: [
      { expression: column(SOURCE_ROW, "r"), as: SOURCE_ROW },
      ...kept.map((field) => ({ expression: column(storedName(field.id), "t"), as: storedName(field.id) })),
    ],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "t", relation: { kind: "query", query: rowsAmong(live, PLACE, known) } },
      right: table(REMOVED, "r"),
      on: isPlaceOf("t", "r"),
    },
    where: column(IS_PLACE, "r"),
  };
}

/** Rows that are written in the place of others, in files that are written anew. */
function placedRows(ordinals: readonly number[]): Query {
  return {
    kind: "select",
    items: [{ expression: column(SOURCE_ROW), as: SOURCE_ROW }],
    from: { kind: "table", name: REMOVED },
    where: and(column(IS_PLACE), inList(column(FILE), ordinals.map(literal))),
  };
}

/** Places of rows among those that are written together. */
const FILE_ORDER = "granary_file_order";
const ROW_ORDER = "granary_row_order";

/**
 * The source's rows that come, but for those written in place in these files; by stored name, with their place: behind all
 * others, in the source's order.
 */
export function incomingRows({ given, kept }: Incoming, placedIn: readonly number[]): Query {
  const withKept: Relation =
    kept.length === 0 ? comingSource() : { kind: "join", join: "left", left: comingSource(), right: table(KEPT, "k"), on: isRow("s", "k") };
  const placed: Relation = { kind: "alias", as: "p", relation: { kind: "query", query: placedRows(placedIn) } };
  const items = [...given.map((field) => [field, "s"] as const), ...kept.map((field) => [field, "k"] as const)];
  return {
    kind: "select",
    items: [
      ...items.map(([field, alias]) => ({ expression: column(storedName(field.id), alias), as: storedName(field.id) })),
      { expression: literal(Number.MAX_SAFE_INTEGER), as: FILE_ORDER },
      { expression: column(SOURCE_ROW, "s"), as: ROW_ORDER },
    ],
    from: placedIn.length === 0 ? withKept : { kind: "join", join: "anti", left: withKept, right: placed, on: isRow("s", "p") },
    where: inList(column(ACTION, "a"), [literal("add"), literal("replace")]),
  };
}

/** The source's rows in the places of those they replace, in the given files: with all columns of the table, by stored name. */
function rowsInPlace({ given, kept }: Incoming, ordinals: readonly number[]): Query {
  const aliases = new Map([...given.map((field) => [field.id, "s"] as const), ...kept.map((field) => [field.id, "k"] as const)]);
  const placed: Relation = { kind: "join", join: "inner", left: comingSource(), right: table(REMOVED, "r"), on: and(isRow("s", "r"), column(IS_PLACE, "r")) };
  const fields = [...given, ...kept].toSorted((left, right) => left.id - right.id);
  return {
    kind: "select",
    items: [
      ...fields.map(({ id }) => ({ expression: column(storedName(id), aliases.get(id) ?? "s"), as: storedName(id) })),
      { expression: column(FILE, "r"), as: FILE_ORDER },
      { expression: column(POSITION, "r"), as: ROW_ORDER },
    ],
    from: kept.length === 0 ? placed : { kind: "join", join: "left", left: placed, right: table(KEPT, "k"), on: isRow("s", "k") },
    where: and(compare(column(ACTION, "a"), "=", literal("replace")), inList(column(FILE, "r"), ordinals.map(literal))),
  };
}

export interface FilesAnew {
  /** The live rows of the files, with all columns of the table. */
  readonly live: SelectQuery;
  readonly ordinals: readonly number[];
  readonly fields: readonly IcebergField[];
  /** Rows that take the places of those they replace; left out, all removed rows just go. */
  readonly inPlace?: Incoming;
}

/** The rows that files written anew hold, by stored name and with their place: those that stay, and those that come. */
export function rowsAnew({ live, ordinals, fields, inPlace }: FilesAnew): readonly Query[] {
  const staying = rowsNotAmong(live, PLACE, { table: REMOVED, columns: PLACE });
  const byId = fields.toSorted((left, right) => left.id - right.id);
  const stay: Query = {
    kind: "select",
    items: [
      ...byId.map((field) => ({ expression: column(storedName(field.id)), as: storedName(field.id) })),
      { expression: column(FILE), as: FILE_ORDER },
      { expression: column(POSITION), as: ROW_ORDER },
    ],
    from: { kind: "query", query: staying },
  };
  return inPlace === undefined ? [stay] : [stay, rowsInPlace(inPlace, ordinals)];
}

/** Rows of several such queries under the table's names, in their order. */
export function inOrder(fields: readonly IcebergField[], queries: readonly Query[]): Query {
  const from: Relation = { kind: "query", query: queries.length === 1 && queries[0] !== undefined ? queries[0] : { kind: "unionAll", queries } };
  return {
    kind: "select",
    items: fields.map((field) => ({ expression: column(storedName(field.id)), as: field.name })),
    from,
    orderBy: [FILE_ORDER, ROW_ORDER].map((name) => ({ expression: column(name), direction: "asc" })),
  };
}
