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
  inList,
  isNull,
  literal,
  not,
  or,
  type Query,
  type SelectItem,
} from "@granary/engine";
import { comparable, inType, STORED, storeChangeSet } from "../diff/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { HeldFiles } from "../files/index.ts";
import { FILE, liveRows, POSITION, rowsAmong } from "../write/index.ts";
import { foundRows, wholeChanges } from "./judge.ts";
import type { MergeColumn } from "./merge-columns.ts";
import { CHANGES, CONFLICT, isKind, JUDGED, nothing, ROW, tableAs, VERDICT } from "./names.ts";
import type { Opened } from "./session-work.ts";
import type { ConflictSet } from "./types.ts";
import { isConflict, isShownCell, newOf, oldOf, theirsOf } from "./verdict.ts";

const THEIRS = "merge_theirs";
const BIGINT = { kind: "bigint" } as const;
const BOOLEAN = { kind: "boolean" } as const;

/** The rows that conflicting changes meet, with all columns of the change set. */
async function readTheirs(session: EngineSession, { near, columns }: Opened, held: HeldFiles): Promise<void> {
  const ids = [...columns.keys, ...columns.values].map((item) => item.fieldId);
  const places = [FILE, POSITION].map((name) => column(name));
  const known = { table: JUDGED, columns: places, where: and(isConflict(), not(isNull(column(POSITION)))) };
  await session.run({ kind: "createTable", name: THEIRS, query: rowsAmong(liveRows(held, near.files, ids), places, known) });
}

const item = (expression: Expression, as: string): SelectItem => ({ expression, as });

/** What both kinds of conflicts have: the change, and the row it meets as `h`. */
function conflictItems({ columns }: Opened, kind: Expression, copies: Expression): readonly SelectItem[] {
  return [
    item(column(ROW, "c"), ROW),
    item(kind, STORED.kind),
    item(cast(copies, BIGINT), STORED.copies),
    item(column(STORED.hasOld, "c"), STORED.hasOld),
    item(column(STORED.hasNew, "c"), STORED.hasNew),
    item(nothing(BIGINT), STORED.newPlace),
    ...columns.keys.map((key) => item(inType(column(STORED.key(key.fieldId), "c"), key.stored.sqlType, key.type), STORED.key(key.fieldId))),
  ];
}

/** As the change leaves the cell: what it does not change stays. */
function effectiveNew(value: MergeColumn): Expression {
  const isKept = and(isKind("c", "modified"), not(column(STORED.changed(value.fieldId), "c")));
  return caseWhen([{ when: isKept, then: oldOf(value) }], newOf(value));
}

function keyedConflicts(opened: Opened): Query {
  const looked = new Set(opened.judging.looked.map((value) => value.fieldId));
  const cells = opened.columns.values.flatMap((value): readonly SelectItem[] => [
    item(oldOf(value), STORED.old(value.fieldId)),
    item(effectiveNew(value), STORED.new(value.fieldId)),
    item(column(STORED.changed(value.fieldId), "c"), STORED.changed(value.fieldId)),
    item(theirsOf(value), CONFLICT.theirs(value.fieldId)),
    item(looked.has(value.fieldId) ? isShownCell(value.fieldId, opened.judging) : literal(false), CONFLICT.shown(value.fieldId)),
  ]);
  const isPlace = [FILE, POSITION].map((name) => compare(column(name, "j"), "=", column(name, "h")));
  return {
    kind: "select",
    items: [...conflictItems(opened, column(VERDICT, "j"), literal(1)), item(not(isNull(column(POSITION, "h"))), CONFLICT.hasTheirs), ...cells],
    from: {
      kind: "join",
      join: "left",
      left: { kind: "join", join: "inner", left: tableAs(JUDGED, "j"), right: tableAs(CHANGES, "c"), on: compare(column(ROW, "j"), "=", column(ROW, "c")) },
      right: tableAs(THEIRS, "h"),
      on: and(...isPlace),
    },
    where: isConflict("j"),
  };
}

/** Rows to be taken away of which fewer are there than proposed; where any edit of others is a conflict, all of them. */
export function misses({ judging }: Opened): { readonly isMissed: Expression; readonly missed: Expression } {
  const copies = column(STORED.copies, "c");
  if (judging.isTableMoved) return { isMissed: literal(true), missed: copies };
  return { isMissed: and(column(STORED.hasOld, "c"), compare(foundRows, "<", copies)), missed: arithmetic(copies, "-", foundRows) };
}

function wholeConflicts(opened: Opened): Query {
  const { isMissed, missed } = misses(opened);
  const kind = caseWhen(
    [
      { when: not(column(STORED.hasOld, "c")), then: literal("cells") },
      { when: compare(foundRows, "<", column(STORED.copies, "c")), then: literal("deleted_there") },
    ],
    literal("deleted_here"),
  );
  const cells = opened.columns.values.flatMap((value): readonly SelectItem[] => [
    item(oldOf(value), STORED.old(value.fieldId)),
    item(newOf(value), STORED.new(value.fieldId)),
    item(literal(false), STORED.changed(value.fieldId)),
    item(nothing(value.type), CONFLICT.theirs(value.fieldId)),
    item(compare(comparable(value.type, oldOf(value)), "is distinct from", comparable(value.type, newOf(value))), CONFLICT.shown(value.fieldId)),
  ]);
  return wholeChanges(opened, [...conflictItems(opened, kind, missed), item(cast(literal(false), BOOLEAN), CONFLICT.hasTheirs), ...cells], isMissed);
}

const COLUMNS_PER_QUERY = 200;

/** How many cells of stored conflicts there are to decide on. */
async function countCells(session: EngineSession, { columns }: Opened, path: string): Promise<number> {
  let total = 0;
  const isWhole = inList(column(STORED.kind), [literal("deleted_here"), literal("added_twice")]);
  for (let at = 0; at < columns.values.length; at += COLUMNS_PER_QUERY) {
    const items = columns.values.slice(at, at + COLUMNS_PER_QUERY).map(({ fieldId }) => {
      const isOpen = and(column(CONFLICT.shown(fieldId)), or(column(STORED.changed(fieldId)), isWhole));
      return item(call("count_if", isOpen), CONFLICT.shown(fieldId));
    });
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetFiles", paths: [path] } } });
    for (const count of rows[0] ?? []) total += Number(count);
  }
  return total;
}

/** Stores the changes that do not fit, in the order of the change set, and counts the cells to decide on. */
export async function storeConflicts(
  session: EngineSession,
  fileIo: FileIo,
  opened: Opened,
  held: HeldFiles,
): Promise<{ readonly set: ConflictSet; readonly cells: number } | undefined> {
  const { changeSet, onto, columns, facts } = opened;
  if (columns.keys.length > 0) await readTheirs(session, opened, held);
  const queries = [...(columns.keys.length > 0 ? [keyedConflicts(opened)] : []), ...(facts.wholeRows > 0 ? [wholeConflicts(opened)] : [])];
  const { kind, copies, hasOld, hasNew, newPlace } = STORED;
  const cells = columns.values.flatMap(({ fieldId: id }) => [STORED.old(id), STORED.new(id), STORED.changed(id), CONFLICT.theirs(id), CONFLICT.shown(id)]);
  const names = [kind, copies, hasOld, hasNew, newPlace, ...columns.keys.map((key) => STORED.key(key.fieldId)), CONFLICT.hasTheirs, ...cells];
  const query: Query = {
    kind: "select",
    items: names.map((name) => item(column(name), name)),
    from: { kind: "query", query: queries.length === 1 && queries[0] !== undefined ? queries[0] : { kind: "unionAll", queries } },
    orderBy: [{ expression: column(ROW), direction: "asc" }],
  };
  const stored = await storeChangeSet(session, fileIo, { query, location: onto.location }, (path) => countCells(session, opened, path));
  if (stored === undefined) return undefined;
  const all = new Map([...columns.keys, ...columns.values].map((value) => [value.fieldId, value]));
  const set: ConflictSet = {
    file: stored.file,
    workspaceId: onto.workspaceId,
    tableName: onto.tableName,
    fromSnapshotId: changeSet.fromSnapshotId,
    toSnapshotId: null,
    ontoSnapshotId: onto.snapshotId,
    keys: changeSet.keys,
    columns: changeSet.columns.flatMap(({ fieldId }) => {
      const found = all.get(fieldId);
      return found === undefined ? [] : [{ ...found.now, sqlType: found.type, type: found.isSameType ? found.now.type : found.stored.type }];
    }),
    dropped: [],
  };
  return { set, cells: stored.counted };
}

/** How many rows were found missing, and how many fit, among changes compared whole. */
export function wholeCounts(opened: Opened): Query {
  const { isMissed, missed } = misses(opened);
  const sum = (value: Expression, as: string): SelectItem => item(cast(call("coalesce", call("sum", value), literal(0)), BIGINT), as);
  const there = caseWhen([{ when: isMissed, then: missed }], literal(0));
  const items = [sum(there, "missed"), sum(arithmetic(column(STORED.copies, "c"), "-", there), "fitting")];
  return wholeChanges(opened, items, literal(true));
}
