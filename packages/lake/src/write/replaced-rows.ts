import { and, caseWhen, column, compare, type Expression, inList, isNull, literal, not, or, type Query, type Relation, type SelectItem } from "@granary/engine";
import { storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { FILE, POSITION } from "./live-rows.ts";
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
export function keptQuery(live: Query, kept: readonly IcebergField[]): Query {
  return {
    kind: "select",
    items: [
      { expression: column(SOURCE_ROW, "r"), as: SOURCE_ROW },
      ...kept.map((field) => ({ expression: column(storedName(field.id), "t"), as: storedName(field.id) })),
    ],
    from: {
      kind: "join",
      join: "inner",
      left: { kind: "alias", as: "t", relation: { kind: "query", query: live } },
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

/** The source's rows that replace others, as a relation named s. */
function replacingRows(given: readonly IcebergField[]): Relation {
  const query: Query = {
    kind: "select",
    items: [SOURCE_ROW, ...given.map((field) => storedName(field.id))].map((name) => ({ expression: column(name, "s"), as: name })),
    from: comingSource(),
    where: compare(column(ACTION, "a"), "=", literal("replace")),
  };
  return { kind: "alias", as: "s", relation: { kind: "query", query } };
}

export interface FilesAnew {
  /** The live rows of the files, with all columns of the table. */
  readonly live: Query;
  readonly fields: readonly IcebergField[];
  /** Rows that take the places of those they replace; left out, all removed rows just go. */
  readonly inPlace?: Incoming;
}

/** The rows that files written anew hold, by stored name and with their place. */
export function rowsAnew(anew: FilesAnew): Query {
  const { fields, inPlace } = anew;
  const order: readonly SelectItem[] = [
    { expression: column(FILE, "t"), as: FILE_ORDER },
    { expression: column(POSITION, "t"), as: ROW_ORDER },
  ];
  const old = (field: IcebergField): Expression => column(storedName(field.id), "t");
  const removed: Relation = {
    kind: "join",
    join: "left",
    left: { kind: "alias", as: "t", relation: { kind: "query", query: anew.live } },
    right: table(REMOVED, "r"),
    on: isPlaceOf("t", "r"),
  };
  const isThere = isNull(column(POSITION, "r"));
  if (inPlace === undefined) {
    const items = fields.map((field) => ({ expression: old(field), as: storedName(field.id) }));
    return { kind: "select", items: [...items, ...order], from: removed, where: isThere };
  }
  const isGiven = new Set(inPlace.given.map((field) => field.id));
  const isOld = isNull(column(SOURCE_ROW, "s"));
  const now = (field: IcebergField): Expression => caseWhen([{ when: isOld, then: old(field) }], column(storedName(field.id), "s"));
  return {
    kind: "select",
    items: [...fields.map((field) => ({ expression: isGiven.has(field.id) ? now(field) : old(field), as: storedName(field.id) })), ...order],
    from: { kind: "join", join: "left", left: removed, right: replacingRows(inPlace.given), on: and(isRow("s", "r"), column(IS_PLACE, "r")) },
    where: or(isThere, not(isOld)),
  };
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
