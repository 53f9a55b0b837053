import {
  and,
  arithmetic,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  inQuery,
  isNull,
  literal,
  not,
  or,
  over,
  type Query,
  type SelectItem,
} from "@granary/engine";
import { inType, STORED } from "../diff/index.ts";
import { storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { BATCH_COLUMN } from "../table/index.ts";
import { ACTION, FILE, POSITION, SOURCE_ROW } from "../write/index.ts";
import type { MergeColumn } from "./merge-columns.ts";
import { met } from "./judge.ts";
import { CHANGES, isIdentified, isKind, JUDGED, neededName, nothing, ROW, tableAs, WHOLE } from "./names.ts";
import type { Opened } from "./session-work.ts";
import { APPLY, isVerdict } from "./verdict.ts";

/** Tables of the session: the rows a merge brings, and the places of those that go. */
export const MERGED = "merge_rows";
export const GOING = "merge_going";
/** Whether the merge sets a cell of a row it brings, by field id. */
export const setName = (fieldId: number): string => `set_${fieldId}`;

const BIGINT = { kind: "bigint" } as const;

/** Which columns the rows of a merge have. */
export interface MergedColumns {
  /** Those the change set gives, and the table has. */
  readonly given: readonly MergeColumn[];
  /** Others that are needed to check rules, as they are in the table. */
  readonly beside: readonly IcebergField[];
  readonly batch: { readonly field: IcebergField; readonly value: string } | undefined;
}

/** The columns that merged rows need: all of the change set when rows are added, else those it changes, and whole unique sets. */
export function mergedColumns({ columns, facts, onto }: Opened, unique: readonly (readonly number[])[], batch: string | undefined): MergedColumns {
  const all = [...columns.keys, ...columns.values].filter((item) => !item.isDropped);
  const given = facts.added + facts.wholeRows > 0 ? all : all.filter((item) => facts.touched.has(item.fieldId));
  const ids = new Set(given.map((item) => item.fieldId));
  const needed = new Set(unique.filter((set) => set.some((id) => ids.has(id))).flat());
  const field = batch === undefined ? undefined : onto.schema.fields.find((item) => item.name === BATCH_COLUMN);
  return {
    given,
    beside: onto.schema.fields.filter((item) => needed.has(item.id) && !ids.has(item.id)),
    batch: field === undefined || batch === undefined ? undefined : { field, value: batch },
  };
}

const item = (expression: Expression, as: string): SelectItem => ({ expression, as });
const IS_ADDED = isKind("c", "added");

/** The value a merged row has: as proposed where the merge sets it, otherwise what is there. */
function merged(value: MergeColumn): readonly SelectItem[] {
  const id = value.fieldId;
  const proposed = inType(column(value.isKey ? STORED.key(id) : STORED.new(id), "c"), value.stored.sqlType, value.now.sqlType);
  const isSet = value.isKey ? IS_ADDED : or(IS_ADDED, column(neededName(id), "j"));
  return [
    item(caseWhen([{ when: isSet, then: proposed }], column(storedName(id), "h")), storedName(id)),
    item(call("coalesce", isSet, literal(false)), setName(id)),
  ];
}

function batchItems({ batch }: MergedColumns): readonly SelectItem[] {
  return batch === undefined ? [] : [item(cast(literal(batch.value), { kind: "text" }), storedName(batch.field.id))];
}

function keyedRows(opened: Opened, columns: MergedColumns): Query {
  return {
    kind: "select",
    items: [
      item(column(ROW, "c"), SOURCE_ROW),
      item(caseWhen([{ when: IS_ADDED, then: literal("add") }], literal("replace")), ACTION),
      ...columns.given.flatMap(merged),
      ...columns.beside.flatMap(({ id }) => [item(column(storedName(id), "h"), storedName(id)), item(IS_ADDED, setName(id))]),
      ...batchItems(columns),
    ],
    from: { kind: "join", join: "inner", left: met(opened), right: tableAs(JUDGED, "j"), on: compare(column(ROW, "c"), "=", column(ROW, "j")) },
    where: and(isVerdict(APPLY, "j"), not(isKind("c", "removed"))),
  };
}

/** Rows that come without a key to match them by, once per copy. */
function wholeRows({ changeSet, onto, file }: Opened, columns: MergedColumns, mostCopies: number): Query {
  const values = columns.given.flatMap((value) => {
    const id = value.fieldId;
    const stored = column(value.isKey ? STORED.key(id) : STORED.new(id), "c");
    return [item(inType(stored, value.stored.sqlType, value.now.sqlType), storedName(id)), item(literal(true), setName(id))];
  });
  const beside = columns.beside.flatMap(({ id }) => {
    const type = onto.columns.find((known) => known.fieldId === id)?.sqlType ?? ({ kind: "text" } as const);
    return [item(nothing(type), storedName(id)), item(literal(true), setName(id))];
  });
  return {
    kind: "select",
    items: [
      item(arithmetic(cast(over(call("row_number"), {}), BIGINT), "+", literal(file.records)), SOURCE_ROW),
      item(literal("add"), ACTION),
      ...values,
      ...beside,
      ...batchItems(columns),
    ],
    from: {
      kind: "join",
      join: "inner",
      left: tableAs(CHANGES, "c"),
      right: { kind: "alias", as: "n", relation: { kind: "sequence", length: mostCopies } },
      on: compare(column("position", "n"), "<", column(STORED.copies, "c")),
    },
    where: and(not(isIdentified(changeSet, "c")), column(STORED.hasNew, "c")),
  };
}

function going({ columns, facts }: Opened): Query {
  const places = (row: Expression): readonly SelectItem[] => [item(row, SOURCE_ROW), ...[FILE, POSITION].map((name) => item(column(name), name))];
  const replacement = caseWhen([{ when: isKind(undefined, "modified"), then: column(ROW) }], literal(null));
  const byKey: Query = {
    kind: "select",
    items: places(cast(replacement, BIGINT)),
    from: { kind: "table", name: JUDGED },
    where: and(isVerdict(APPLY), not(isNull(column(POSITION)))),
  };
  const whole: Query = { kind: "select", items: places(nothing(BIGINT)), from: { kind: "table", name: WHOLE } };
  const queries = [...(columns.keys.length > 0 ? [byKey] : []), ...(facts.wholeRows > 0 ? [whole] : [])];
  const [only] = queries;
  return only !== undefined && queries.length === 1 ? only : { kind: "unionAll", queries };
}

export interface MergedCounts {
  readonly added: number;
  readonly updated: number;
  readonly deleted: number;
}

async function numberOf(session: EngineSession, query: Query): Promise<number> {
  return Number((await session.run({ kind: "query", query })).rows[0]?.[0] ?? 0);
}

const countWhere = (name: string, where?: Expression): Query => ({
  kind: "select",
  items: [item(call("count_rows"), "rows")],
  from: { kind: "table", name },
  ...(where === undefined ? {} : { where }),
});

/** Puts the rows that come into `merge_rows`, and the places of those that go into `merge_going`. */
export async function createMerged(session: EngineSession, opened: Opened, columns: MergedColumns): Promise<MergedCounts> {
  const { facts } = opened;
  const most: Query = { kind: "select", items: [item(call("max", column(STORED.copies)), "most")], from: { kind: "table", name: CHANGES } };
  const mostCopies = facts.wholeRows > 0 ? await numberOf(session, most) : 0;
  const queries = [
    ...(opened.columns.keys.length > 0 ? [keyedRows(opened, columns)] : []),
    ...(facts.wholeRows > 0 ? [wholeRows(opened, columns, mostCopies)] : []),
  ];
  const [only] = queries;
  await session.run({ kind: "createTable", name: MERGED, query: only !== undefined && queries.length === 1 ? only : { kind: "unionAll", queries } });
  await session.run({ kind: "createTable", name: GOING, query: going(opened) });
  const updated = await numberOf(session, countWhere(MERGED, compare(column(ACTION), "=", literal("replace"))));
  return {
    added: (await numberOf(session, countWhere(MERGED))) - updated,
    updated,
    deleted: (await numberOf(session, countWhere(GOING))) - updated,
  };
}

/** Whether a live row is one that goes. */
export const isGoing: Expression = call(
  "coalesce",
  inQuery([column(FILE), column(POSITION)], {
    kind: "select",
    items: [FILE, POSITION].map((name) => item(column(name), name)),
    from: { kind: "table", name: GOING },
  }),
  literal(false),
);
