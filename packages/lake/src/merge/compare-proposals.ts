import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  literal,
  negate,
  not,
  or,
  type Query,
  type Relation,
  type SelectItem,
  type SqlType,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { type ChangeSet, comparable, inType, STORED, widerType } from "../diff/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { openChanges } from "./change-facts.ts";
import { isEffective, isIdentified, isKind, nothing } from "./names.ts";
import { inEngine, type MergeParts, withRoom } from "./session-work.ts";
import { locationOf, storeSet } from "./store-set.ts";

const [OLDER, NEWER] = ["merge_older", "merge_newer"] as const;
const [HAS_WAS, HAS_IS, IS_IN] = ["has_was", "has_is", "is_in"] as const;
const wasName = (fieldId: number): string => `was_${fieldId}`;
const isName = (fieldId: number): string => `is_${fieldId}`;

const item = (expression: Expression, as: string): SelectItem => ({ expression, as });

/** A column of either proposal. */
interface Common {
  readonly column: LakeColumn;
  readonly type: SqlType;
  /** As each has it; undefined for one that does not say anything about it. */
  readonly older: LakeColumn | undefined;
  readonly newer: LakeColumn | undefined;
}

function commonColumns(older: ChangeSet, newer: ChangeSet): readonly Common[] {
  const ids = [...new Set([...newer.columns, ...older.columns].map((found) => found.fieldId))];
  return ids.flatMap((fieldId): readonly Common[] => {
    const [left, right] = [older, newer].map((set) => set.columns.find((found) => found.fieldId === fieldId));
    const either = right ?? left;
    if (either === undefined) return [];
    const type = left === undefined || right === undefined ? either.sqlType : widerType(left.sqlType, right.sqlType);
    if (type === undefined) throw problem("lake.diff_invalid", { reason: `the column ${either.name} has types without a common one` });
    return [{ column: { ...either, sqlType: type }, type, older: left, newer: right }];
  });
}

interface Side {
  readonly changeSet: ChangeSet;
  readonly view: string;
  readonly name: "older" | "newer";
}

interface Comparing {
  readonly older: Side;
  readonly newer: Side;
  readonly keys: readonly Common[];
  readonly values: readonly Common[];
}

/** Without a file there is nothing to read: the other side's rows, of which none is taken. */
function viewOf(
  side: Side,
  other: Side,
): { readonly from: Relation; readonly isThere: Expression; readonly changeSet: ChangeSet; readonly name: Side["name"] } {
  const found = side.changeSet.file === null ? other : side;
  return { from: { kind: "table", name: found.view }, isThere: literal(side.changeSet.file !== null), changeSet: found.changeSet, name: found.name };
}

/** Of one proposal, each row it changes: as it was, and as the proposal leaves it. */
function sideRows(side: Side, other: Side, { keys, values }: Comparing): Query {
  const { from, isThere, changeSet, name } = viewOf(side, other);
  const cells = values.flatMap((value): readonly SelectItem[] => {
    const { fieldId } = value.column;
    const stored = value[name];
    if (stored === undefined) return [item(nothing(value.type), wasName(fieldId)), item(nothing(value.type), isName(fieldId))];
    const [was, becomes] = [STORED.old(fieldId), STORED.new(fieldId)].map((found) => inType(column(found), stored.sqlType, value.type)) as [
      Expression,
      Expression,
    ];
    const isKept = and(isKind(undefined, "modified"), not(column(STORED.changed(fieldId))));
    return [item(was, wasName(fieldId)), item(caseWhen([{ when: isKept, then: was }], becomes), isName(fieldId))];
  });
  return {
    kind: "select",
    items: [
      ...keys.map((key) => item(inType(column(STORED.key(key.column.fieldId)), key[name]?.sqlType ?? key.type, key.type), STORED.key(key.column.fieldId))),
      item(column(STORED.hasOld), HAS_WAS),
      item(column(STORED.hasNew), HAS_IS),
      item(literal(true), IS_IN),
      item(column(STORED.newPlace), STORED.newPlace),
      ...cells,
    ],
    from,
    where: and(isThere, isIdentified(changeSet), isEffective(changeSet)),
  };
}

/** A value as one proposal leaves it: what neither says anything about stays as the other found it. */
function left(comparing: Comparing, side: "older" | "newer", value: Common): Expression {
  const [mine, other] = side === "older" ? ["o", "n"] : ["n", "o"];
  const { fieldId } = value.column;
  const known = comparing[side].changeSet.columns.some((found) => found.fieldId === fieldId);
  const own = known ? column(isName(fieldId), mine) : column(wasName(fieldId), other);
  return caseWhen([{ when: column(IS_IN, mine), then: own }], column(wasName(fieldId), other));
}

function keyedDifferences(comparing: Comparing): Query {
  const { older, newer, keys, values } = comparing;
  const has = (mine: "o" | "n", other: "o" | "n"): Expression =>
    call("coalesce", caseWhen([{ when: column(IS_IN, mine), then: column(HAS_IS, mine) }], column(HAS_WAS, other)), literal(false));
  const [hasOld, hasNew] = ["had", "has"] as const;
  const joined: Query = {
    kind: "select",
    items: [
      ...keys.map(({ column: { fieldId } }) => item(call("coalesce", column(STORED.key(fieldId), "o"), column(STORED.key(fieldId), "n")), STORED.key(fieldId))),
      item(has("o", "n"), hasOld),
      item(has("n", "o"), hasNew),
      item(column(STORED.newPlace, "n"), STORED.newPlace),
      ...values.flatMap((value) => [
        item(left(comparing, "older", value), STORED.old(value.column.fieldId)),
        item(left(comparing, "newer", value), STORED.new(value.column.fieldId)),
      ]),
    ],
    from: {
      kind: "join",
      join: "full",
      left: { kind: "alias", as: "o", relation: { kind: "query", query: sideRows(older, newer, comparing) } },
      right: { kind: "alias", as: "n", relation: { kind: "query", query: sideRows(newer, older, comparing) } },
      on: and(...keys.map(({ column: { fieldId } }) => compare(column(STORED.key(fieldId), "o"), "=", column(STORED.key(fieldId), "n")))),
    },
  };
  const isBoth = and(column(hasOld), column(hasNew));
  const differs = ({ column: { fieldId }, type }: Common): Expression =>
    compare(comparable(type, column(STORED.old(fieldId))), "is distinct from", comparable(type, column(STORED.new(fieldId))));
  const only = (flag: string, value: Expression): Expression => caseWhen([{ when: column(flag), then: value }], literal(null));
  const kind = caseWhen(
    [
      { when: isBoth, then: literal("modified") },
      { when: column(hasNew), then: literal("added") },
    ],
    literal("removed"),
  );
  return {
    kind: "select",
    items: [
      item(kind, STORED.kind),
      item(cast(literal(1), { kind: "bigint" }), STORED.copies),
      item(column(hasOld), STORED.hasOld),
      item(column(hasNew), STORED.hasNew),
      item(column(STORED.newPlace), STORED.newPlace),
      ...keys.map(({ column: { fieldId } }) => item(column(STORED.key(fieldId)), STORED.key(fieldId))),
      ...values.flatMap((value) => {
        const { fieldId } = value.column;
        return [
          item(only(hasOld, column(STORED.old(fieldId))), STORED.old(fieldId)),
          item(only(hasNew, column(STORED.new(fieldId))), STORED.new(fieldId)),
          item(and(isBoth, differs(value)), STORED.changed(fieldId)),
        ];
      }),
    ],
    from: { kind: "query", query: joined },
    where: or(compare(column(hasOld), "<>", column(hasNew)), and(isBoth, or(...values.map(differs)))),
  };
}

const [WEIGHT, SHARED_KIND] = ["weight", "shared_kind"] as const;

/** Rows that no key identifies, with how many more of each one proposal brings; fewer when negative. */
function weights(side: Side, { keys, values }: Comparing): Query {
  const { changeSet, view, name } = side;
  const stored = (value: Common, of: string): Expression => {
    const own = value[name];
    return own === undefined ? nothing(value.type) : inType(column(of), own.sqlType, value.type);
  };
  const brings = name === "newer" ? column(STORED.hasNew) : column(STORED.hasOld);
  const { copies } = STORED;
  return {
    kind: "select",
    items: [
      ...keys.map((key) => item(stored(key, STORED.key(key.column.fieldId)), STORED.key(key.column.fieldId))),
      ...values.map((value) => {
        const { fieldId } = value.column;
        const cell = caseWhen([{ when: column(STORED.hasNew), then: stored(value, STORED.new(fieldId)) }], stored(value, STORED.old(fieldId)));
        return item(cell, isName(fieldId));
      }),
      item(column(STORED.kind), SHARED_KIND),
      item(caseWhen([{ when: brings, then: column(copies) }], negate(column(copies))), WEIGHT),
      item(column(STORED.newPlace), STORED.newPlace),
    ],
    from: { kind: "table", name: view },
    where: not(isIdentified(changeSet)),
  };
}

function wholeDifferences(comparing: Comparing): Query {
  const { older, newer, keys, values } = comparing;
  const sides = [older, newer].filter(({ changeSet }) => changeSet.file !== null).map((side) => weights(side, comparing));
  const one = ({ column: { fieldId } }: Common): SelectItem => item(call("any_value", column(isName(fieldId))), isName(fieldId));
  const total = call("sum", column(WEIGHT));
  const grouped: Query = {
    kind: "select",
    items: [
      ...keys.map(({ column: { fieldId } }) => item(column(STORED.key(fieldId)), STORED.key(fieldId))),
      ...values.map(one),
      item(call("any_value", column(SHARED_KIND)), SHARED_KIND),
      item(call("min", column(STORED.newPlace)), STORED.newPlace),
      item(total, WEIGHT),
    ],
    from: { kind: "query", query: sides.length === 1 && sides[0] !== undefined ? sides[0] : { kind: "unionAll", queries: sides } },
    groupBy: [
      ...keys.map(({ column: { fieldId } }) => column(STORED.key(fieldId))),
      ...values.map(({ column: { fieldId }, type }) => comparable(type, column(isName(fieldId)))),
    ],
    having: compare(total, "<>", literal(0)),
  };
  const isNew = compare(column(WEIGHT), ">", literal(0));
  const kind = keys.length > 0 ? column(SHARED_KIND) : caseWhen([{ when: isNew, then: literal("added") }], literal("removed"));
  const only = (when: Expression, value: Expression): Expression => caseWhen([{ when, then: value }], literal(null));
  return {
    kind: "select",
    items: [
      item(kind, STORED.kind),
      item(cast(call("abs", column(WEIGHT)), { kind: "bigint" }), STORED.copies),
      item(not(isNew), STORED.hasOld),
      item(isNew, STORED.hasNew),
      item(only(isNew, column(STORED.newPlace)), STORED.newPlace),
      ...keys.map(({ column: { fieldId } }) => item(column(STORED.key(fieldId)), STORED.key(fieldId))),
      ...values.flatMap(({ column: { fieldId } }) => [
        item(only(not(isNew), column(isName(fieldId))), STORED.old(fieldId)),
        item(only(isNew, column(isName(fieldId))), STORED.new(fieldId)),
        item(literal(false), STORED.changed(fieldId)),
      ]),
    ],
    from: { kind: "query", query: grouped },
  };
}

/** Keys in their order, or values; then what happened. */
function orderOf({ keys, values }: Comparing): readonly Expression[] {
  const cells = values.map(({ column: { fieldId }, type }) => comparable(type, call("coalesce", column(STORED.old(fieldId)), column(STORED.new(fieldId)))));
  const named = keys.length > 0 ? keys.map(({ column: { fieldId } }) => column(STORED.key(fieldId))) : cells;
  return [...named, column(STORED.kind), column(STORED.hasOld), column(STORED.newPlace)];
}

async function differences(session: EngineSession, parts: MergeParts, comparing: Comparing, result: ChangeSet): Promise<ChangeSet> {
  const whole = wholeDifferences(comparing);
  const query: Query = comparing.keys.length > 0 ? { kind: "unionAll", queries: [keyedDifferences(comparing), whole] } : whole;
  const location = locationOf(comparing.newer.changeSet.file === null ? comparing.older.changeSet : comparing.newer.changeSet);
  return (await storeSet(session, parts.fileIo, { changeSet: result, query, orderBy: orderOf(comparing), location })).changeSet;
}

/** Compares what two proposals leave of the rows that either changes. */
export async function compareProposals(
  parts: MergeParts,
  older: ChangeSet,
  newer: ChangeSet,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ChangeSet> {
  const sameKeys = older.keys.length === newer.keys.length && older.keys.every((id, index) => id === newer.keys[index]);
  if (!sameKeys) throw problem("lake.diff_invalid", { reason: "the two proposals match rows by other keys" });
  const columns = commonColumns(older, newer);
  const result: ChangeSet = {
    ...newer,
    file: null,
    fromSnapshotId: null,
    toSnapshotId: null,
    columns: columns.map((found) => found.column),
    dropped: [],
    hasDamage: false,
  };
  if (older.file === null && newer.file === null) return result;
  const [olderFile, newerFile] = [older.file, newer.file];
  await using held = new AsyncDisposableStack();
  const bytes = (olderFile?.bytes ?? 0) + (newerFile?.bytes ?? 0);
  const paths = new Map<string, string>();
  for (const [view, file] of [
    [OLDER, olderFile],
    [NEWER, newerFile],
  ] as const)
    if (file !== null) paths.set(view, held.use(await parts.fileIo.open(file)).path);
  const work = async (session: EngineSession): Promise<ChangeSet> => {
    const sides = [
      { changeSet: older, view: OLDER, name: "older" },
      { changeSet: newer, view: NEWER, name: "newer" },
    ] as const;
    for (const { changeSet, view } of sides) {
      const path = paths.get(view);
      if (path !== undefined) await openChanges(session, changeSet, path, view);
    }
    const isKey = new Set(newer.keys);
    const values = columns.filter((found) => !isKey.has(found.column.fieldId));
    const keys = newer.keys.flatMap((id) => columns.filter((found) => found.column.fieldId === id));
    return await differences(session, parts, { older: sides[0], newer: sides[1], keys, values }, result);
  };
  return await withRoom((isRoomy) => inEngine(parts, { bytes, signal: options.signal, isRoomy }, work));
}
