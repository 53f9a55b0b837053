import {
  and,
  call,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  literal,
  over,
  type Query,
  type SelectItem,
  type SelectQuery,
  tryCast,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { type ChangeSet, comparable, inType, STORED } from "../diff/index.ts";
import { type HeldFiles, type LiveDataFile, liveFiles, pruneFiles, storedName } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import { checkKeys, FILE, type KeyFacts, liveRows, POSITION, rowsAmong, withinRanges } from "../write/index.ts";
import type { MergeColumn, MergeColumns } from "./merge-columns.ts";
import { CHANGES, HEAD, isEffective, isIdentified, JUDGED, KEYS, PAIRS, ROW, tableAs, WHOLE } from "./names.ts";
import { type Judging, oldOf, pairs, theirsOf, verdicts } from "./verdict.ts";

/** A change set in a session beside the columns of the table it is merged into. */
export interface Meeting {
  readonly changeSet: ChangeSet;
  readonly onto: OpenTable;
  readonly columns: MergeColumns;
  /** Whether rows in which nothing but formats is damaged are met, too. */
  readonly withFormats: boolean;
}

/** The files of the table that may hold a key of the change set, and what is known of those keys. */
export interface Near {
  readonly files: readonly LiveDataFile[];
  readonly keys: KeyFacts;
}

const NO_KEYS: KeyFacts = { rows: 0, ranges: [] };

function matched({ changeSet, withFormats }: Meeting, relation?: string): Expression {
  return withFormats ? isIdentified(changeSet, relation) : and(isIdentified(changeSet, relation), isEffective(changeSet, relation));
}

/** Puts the keys of the change set into a table of the session, in the table's own types, and finds the files they may be in. */
export async function findNear(session: EngineSession, meeting: Meeting, wholeRows: number): Promise<Near> {
  const { onto, columns } = meeting;
  const live = liveFiles(onto).data;
  if (columns.keys.length === 0) return { files: wholeRows > 0 ? live : [], keys: NO_KEYS };
  const items = columns.keys.map(({ fieldId, isSameType, now }) => {
    const key = column(STORED.key(fieldId));
    return { expression: isSameType ? key : tryCast(key, now.sqlType), as: storedName(fieldId) };
  });
  const query: Query = { kind: "select", items, from: { kind: "table", name: CHANGES }, where: matched(meeting) };
  await session.run({ kind: "createTable", name: KEYS, query });
  const fields = columns.keys.map((item) => item.field);
  const keys = await checkKeys(session, { name: KEYS, keys: fields });
  if (wholeRows > 0) return { files: live, keys };
  if (keys.rows === 0) return { files: [], keys };
  return { files: pruneFiles({ data: live }, onto.schema, withinRanges(fields, keys), onto.partitionSpecs).data, keys };
}

/** Rows of the table by the keys of the change set, or by their values where these have none. */
export interface Rows {
  readonly held: HeldFiles;
  readonly files: readonly LiveDataFile[];
  /** Columns to read besides the keys. */
  readonly read: readonly number[];
}

async function requireOneEach(session: EngineSession, keys: readonly MergeColumn[]): Promise<void> {
  const names = keys.map((item) => column(storedName(item.fieldId)));
  const repeated: SelectQuery = {
    kind: "select",
    items: [{ expression: call("count_rows"), as: "rows" }],
    from: { kind: "table", name: HEAD },
    groupBy: names,
    having: compare(call("count_rows"), ">", literal(1)),
  };
  const counted: Query = { kind: "select", items: [{ expression: call("count_rows"), as: "keys" }], from: { kind: "query", query: repeated } };
  const count = Number((await session.run({ kind: "query", query: counted })).rows[0]?.[0] ?? 0);
  if (count > 0) throw problem("lake.duplicate_keys", { count });
}

/** The changes beside the rows of the table they meet. */
export function met({ columns }: Meeting) {
  return {
    kind: "join",
    join: "left",
    left: tableAs(CHANGES, "c"),
    right: tableAs(HEAD, "h"),
    on: and(
      ...columns.keys.map((item) =>
        compare(
          inType(column(STORED.key(item.fieldId), "c"), item.stored.sqlType, item.type),
          "=",
          inType(column(storedName(item.fieldId), "h"), item.now.sqlType, item.type),
        ),
      ),
    ),
  } as const;
}

/**
 * Reads the rows that have a key of the change set, and judges every change that is matched by key. Makes the session's tables
 * `merge_head` and `merge_judged`. Throws `lake.duplicate_keys` when the table has such a key more than once.
 */
export async function judgeByKey(session: EngineSession, meeting: Meeting, { held, files, read }: Rows, judging: Judging): Promise<void> {
  const ids = meeting.columns.keys.map((item) => item.fieldId);
  const keys = ids.map((id) => column(storedName(id)));
  const rows = liveRows(held, files, [...new Set([...ids, ...read])]);
  await session.run({ kind: "createTable", name: HEAD, query: rowsAmong(rows, keys, { table: KEYS, columns: keys }) });
  await requireOneEach(session, meeting.columns.keys);
  // Compared once and kept: the engine would compare the cells anew wherever a verdict looks at them.
  await session.run({ kind: "createTable", name: PAIRS, query: pairs(met(meeting), matched(meeting, "c"), judging.looked) });
  await session.run({ kind: "createTable", name: JUDGED, query: verdicts({ kind: "table", name: PAIRS }, judging) });
  await session.run({ kind: "dropTable", name: PAIRS });
}

/** How many equal rows the table has for a change that takes rows away, and the place of each. */
const FOUND = "found_rows";
const RANK = "found_rank";
const ALIKE = "merge_alike";

/**
 * Finds the rows of the table that are equal to those a change set takes away without naming them by a key. Makes the session's
 * table `merge_whole`: one row per place, as many for each change as it has copies, or as there are.
 */
export async function matchWhole(session: EngineSession, { changeSet, columns }: Meeting, { held, files }: Omit<Rows, "read">): Promise<void> {
  const all = [...columns.keys, ...columns.values];
  const isTaken = (relation?: string): Expression => and({ kind: "not", operand: isIdentified(changeSet, relation) }, column(STORED.hasOld, relation));
  const stored = (item: MergeColumn, relation?: string): Expression =>
    inType(column(item.isKey ? STORED.key(item.fieldId) : STORED.old(item.fieldId), relation), item.stored.sqlType, item.type);
  const taken = all.map((item) => comparable(item.type, stored(item)));
  const live = liveRows(
    held,
    files,
    all.map((item) => item.fieldId),
  );
  const present = all.map((item) => comparable(item.type, inType(column(storedName(item.fieldId)), item.now.sqlType, item.type)));
  const hash = (values: readonly Expression[]): Expression => call("row_hash", ...(values as [Expression, ...Expression[]]));
  await session.run({
    kind: "createTable",
    name: ALIKE,
    query: rowsAmong(live, [hash(present)], { table: CHANGES, columns: [hash(taken)], where: isTaken() }),
  });
  const isEqual = all.map((item) =>
    compare(comparable(item.type, theirsOf(item)), "is not distinct from", comparable(item.type, item.isKey ? stored(item, "c") : oldOf(item))),
  );
  const rank = over(call("row_number"), {
    partitionBy: [column(ROW, "c")],
    orderBy: [FILE, POSITION].map((name) => ({ expression: column(name, "h"), direction: "asc" })),
  });
  const items: readonly SelectItem[] = [
    { expression: column(ROW, "c"), as: ROW },
    ...[FILE, POSITION].map((name) => ({ expression: column(name, "h"), as: name })),
    { expression: cast(rank, { kind: "bigint" }), as: RANK },
    { expression: column(STORED.copies, "c"), as: STORED.copies },
  ];
  const join = { kind: "join", join: "inner", left: tableAs(CHANGES, "c"), right: tableAs(ALIKE, "h"), on: and(...isEqual) } as const;
  const places: Query = { kind: "select", items, from: join, where: isTaken("c") };
  await session.run({
    kind: "createTable",
    name: WHOLE,
    query: {
      kind: "select",
      items: [ROW, FILE, POSITION].map((name) => ({ expression: column(name), as: name })),
      from: { kind: "query", query: places },
      where: compare(column(RANK), "<=", column(STORED.copies)),
    },
  });
}

/** Every change that is compared whole, with how many of its rows are there, up to its copies. */
export function wholeChanges({ changeSet }: Meeting, items: readonly SelectItem[], where: Expression): Query {
  const found: Query = {
    kind: "select",
    items: [
      { expression: column(ROW), as: ROW },
      { expression: call("count_rows"), as: FOUND },
    ],
    from: { kind: "table", name: WHOLE },
    groupBy: [column(ROW)],
  };
  return {
    kind: "select",
    items,
    from: {
      kind: "join",
      join: "left",
      left: tableAs(CHANGES, "c"),
      right: { kind: "alias", as: "f", relation: { kind: "query", query: found } },
      on: compare(column(ROW, "c"), "=", column(ROW, "f")),
    },
    where: and({ kind: "not", operand: isIdentified(changeSet, "c") }, where),
  };
}

/** How many of the rows a whole change takes away are there. */
export const foundRows: Expression = call("coalesce", column(FOUND, "f"), literal(0));
