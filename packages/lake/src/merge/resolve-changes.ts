import {
  and,
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
  replaceColumns,
  type SelectItem,
  tryCast,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { type ChangeSet, inType, STORED } from "../diff/index.ts";
import { holdFiles, storedName } from "../files/index.ts";
import { checkPlan, type ReadPlan } from "../scan/index.ts";
import { POSITION } from "../write/index.ts";
import { isSelected, plainFields } from "./as-shown.ts";
import { misses } from "./conflict-set.ts";
import { foundRows, met, wholeChanges } from "./judge.ts";
import type { MergeColumn } from "./merge-columns.ts";
import { CONFLICT, IS_THERE, isKind, JUDGED, movedName, neededName, nothing, otherName, ROW, tableAs, VERDICT } from "./names.ts";
import { canMatch, judge, judgedFields, type MergeParts, type Opened, withChanges, withRoom } from "./session-work.ts";
import { storeSet } from "./store-set.ts";
import type { CountedChangeSet, Resolution, ResolveInput } from "./types.ts";
import { ALREADY, APPLY, isContested, isVerdict } from "./verdict.ts";

const ROW_TAKE = "row_take";
const FORM = "form";
const markName = (index: number): string => `is_chosen_${index}`;
const takeName = (fieldId: number): string => `take_${fieldId}`;
const openName = (fieldId: number): string => `open_${fieldId}`;
const contestedName = (fieldId: number): string => `contested_${fieldId}`;

/** What becomes of a change: it goes; stays as it was; is told over what is there now; comes back; goes with what is there now. */
type Form = "drop" | "same" | "rebased" | "added" | "removed" | "edited";

const item = (expression: Expression, as: string): SelectItem => ({ expression, as });
const pass = (names: readonly string[]): readonly SelectItem[] => names.map((name) => item(column(name), name));
const isForm = (...forms: readonly Form[]): Expression => inList(column(FORM), forms.map(literal));
const takes = (name: string, take: string): Expression => call("coalesce", compare(column(name), "=", literal(take)), literal(false));

interface Resolving {
  readonly opened: Opened;
  readonly plan: ReadPlan;
  /** With one for all others at the end, if they are decided, too. */
  readonly resolutions: readonly Resolution[];
  readonly values: readonly MergeColumn[];
}

/** The resolution that names a cell first, as a text; null when none does. Only cells whose values are seen as they are can be decided. */
function takeOf({ fieldId }: MergeColumn, { plan, resolutions }: Resolving): Expression {
  const isPlain = plainFields(plan).has(fieldId);
  const naming = resolutions.flatMap((resolution, index) =>
    isPlain && (resolution.columns === undefined || resolution.columns.includes(fieldId))
      ? [{ when: column(markName(index)), then: literal(resolution.take === "value" ? `value_${index}` : resolution.take) }]
      : [],
  );
  return cast(caseWhen(naming, literal(null)), { kind: "text" });
}

function rowTake({ resolutions }: Resolving): Expression {
  const whole = resolutions.flatMap(({ columns, take }, index) =>
    columns === undefined && take !== "value" ? [{ when: column(markName(index)), then: literal(take) }] : [],
  );
  return cast(caseWhen(whole, literal(null)), { kind: "text" });
}

/** A resolution chooses among rows that the reader sees on every side, also as they are now. */
function marks({ opened, plan, resolutions }: Resolving, isMet: boolean): readonly SelectItem[] {
  const { filter } = plan;
  const theirs =
    filter === undefined || !isMet
      ? undefined
      : call(
          "coalesce",
          replaceColumns(filter, ({ name }) => column(name, "h")),
          literal(false),
        );
  const isSeen = theirs === undefined ? literal(true) : or(isNull(column(POSITION, "h")), theirs);
  const rows = { changeSet: opened.changeSet, alias: "c" };
  return resolutions.map((resolution, index) => item(and(isSelected(rows, plan, resolution), isSeen), markName(index)));
}

const oldNow = (value: MergeColumn): Expression => inType(column(STORED.old(value.fieldId), "c"), value.stored.sqlType, value.now.sqlType);
const newNow = (value: MergeColumn): Expression => inType(column(STORED.new(value.fieldId), "c"), value.stored.sqlType, value.now.sqlType);
const hasDamage = ({ opened }: Resolving): boolean => opened.changeSet.hasDamage === true;

function headItems({ opened }: Resolving, copies: Expression): readonly SelectItem[] {
  const keys = opened.columns.keys.map((key) =>
    item(inType(column(STORED.key(key.fieldId), "c"), key.stored.sqlType, key.now.sqlType), STORED.key(key.fieldId)),
  );
  const same = [ROW, STORED.kind, STORED.hasOld, STORED.hasNew, STORED.newPlace].map((name) => item(column(name, "c"), name));
  return [...same, item(copies, STORED.copies), ...keys];
}

/** Changes, what they meet, the verdict on them, and which resolution each is chosen by. */
function metChanges(resolving: Resolving): Query {
  const { opened, values } = resolving;
  const cells = values.flatMap((value): readonly SelectItem[] => {
    const id = value.fieldId;
    return [
      item(oldNow(value), STORED.old(id)),
      item(newNow(value), STORED.new(id)),
      item(column(STORED.changed(id), "c"), STORED.changed(id)),
      item(hasDamage(resolving) ? column(STORED.damage(id), "c") : nothing({ kind: "text" }), STORED.damage(id)),
      item(column(storedName(id), "h"), CONFLICT.theirs(id)),
      ...[movedName, otherName, neededName].map((name) => item(column(name(id), "j"), name(id))),
      item(isContested(id, opened.judging, "j"), contestedName(id)),
    ];
  });
  return {
    kind: "select",
    items: [
      ...headItems(resolving, column(STORED.copies, "c")),
      ...[VERDICT, IS_THERE].map((name) => item(column(name, "j"), name)),
      ...cells,
      ...marks(resolving, true),
    ],
    from: { kind: "join", join: "inner", left: met(opened), right: tableAs(JUDGED, "j"), on: compare(column(ROW, "c"), "=", column(ROW, "j")) },
  };
}

const CELLS = [STORED.old, STORED.new, STORED.changed, STORED.damage, CONFLICT.theirs, movedName, otherName, neededName, contestedName] as const;

function namesOf({ opened, values }: Resolving): readonly string[] {
  const { kind, copies, hasOld, hasNew, newPlace } = STORED;
  const keys = opened.columns.keys.map((key) => STORED.key(key.fieldId));
  return [ROW, kind, copies, hasOld, hasNew, newPlace, ...keys, VERDICT, IS_THERE, ...values.flatMap(({ fieldId }) => CELLS.map((name) => name(fieldId)))];
}

/** Adds what is decided on each cell, and on the row. */
function withTakes(query: Query, resolving: Resolving): Query {
  const cells = resolving.values.map((value) => item(takeOf(value, resolving), takeName(value.fieldId)));
  return { kind: "select", items: [...pass(namesOf(resolving)), item(rowTake(resolving), ROW_TAKE), ...cells], from: { kind: "query", query } };
}

function formOf({ values }: Resolving): Expression {
  const form = (name: Form): Expression => literal(name);
  const byRow = (mine: Form): Expression =>
    caseWhen(
      [
        { when: takes(ROW_TAKE, "mine"), then: form(mine) },
        { when: takes(ROW_TAKE, "theirs"), then: form("drop") },
      ],
      form("same"),
    );
  const allTaken = and(...values.map(({ fieldId }) => or(not(column(otherName(fieldId))), not(isNull(column(takeName(fieldId)))))));
  const isModified = isKind(undefined, "modified");
  return caseWhen(
    [
      { when: and(isModified, column(IS_THERE)), then: form("rebased") },
      { when: isVerdict("deleted_there"), then: byRow("added") },
      { when: or(isModified, isVerdict(ALREADY)), then: form("drop") },
      { when: isVerdict("deleted_here"), then: byRow("removed") },
      { when: isKind(undefined, "removed"), then: form("removed") },
      { when: isVerdict("added_twice"), then: caseWhen([{ when: allTaken, then: form("edited") }], form("same")) },
      { when: isVerdict(APPLY), then: form("same") },
    ],
    byRow("same"),
  );
}

/** Adds what becomes of the change, and which of its cells stay open because their group is not decided as a whole. */
function withForms(query: Query, resolving: Resolving): Query {
  const { groups } = resolving.opened.judging;
  const open = resolving.values.map(({ fieldId }) => {
    const group = groups.find((ids) => ids.includes(fieldId)) ?? [];
    const isUntaken = or(...group.map((id) => and(column(neededName(id)), isNull(column(takeName(id))))));
    return item(and(column(contestedName(fieldId)), isUntaken), openName(fieldId));
  });
  const names = [...namesOf(resolving), ROW_TAKE, ...resolving.values.map(({ fieldId }) => takeName(fieldId))];
  return { kind: "select", items: [...pass(names), item(formOf(resolving), FORM), ...open], from: { kind: "query", query } };
}

/** A cell as it was decided, where it differs from what is there. */
function decided(value: MergeColumn, { resolutions }: Resolving): Expression {
  const id = value.fieldId;
  const typed = resolutions.flatMap(({ take, value: text }, index) =>
    take === "value" ? [{ when: takes(takeName(id), `value_${index}`), then: tryCast(literal(text ?? null), value.now.sqlType) }] : [],
  );
  return caseWhen([{ when: takes(takeName(id), "theirs"), then: column(CONFLICT.theirs(id)) }, ...typed], column(STORED.new(id)));
}

/** Whether a value that was damaged on its way is still the one that is there. */
const staysDamaged = (id: number): Expression => and(isForm("rebased"), not(isNull(column(STORED.damage(id)))), not(column(movedName(id))));

function rebasedCell(value: MergeColumn, resolving: Resolving): readonly SelectItem[] {
  const id = value.fieldId;
  const theirs = column(CONFLICT.theirs(id));
  const isOpen = and(isForm("rebased"), column(openName(id)));
  const isProposed = caseWhen([{ when: isForm("edited"), then: column(otherName(id)) }], column(neededName(id)));
  const isDecided = or(isForm("edited"), column(contestedName(id)));
  const wanted = caseWhen([{ when: isDecided, then: decided(value, resolving) }], column(STORED.new(id)));
  const isNow = isForm("rebased", "edited");
  const isChanged = and(isProposed, compare(wanted, "is distinct from", theirs));
  const effective = caseWhen([{ when: or(isKind(undefined, "added"), column(STORED.changed(id))), then: column(STORED.new(id)) }], column(STORED.old(id)));
  const isStillDamaged = staysDamaged(id);
  return [
    item(
      caseWhen(
        [
          { when: isOpen, then: column(STORED.old(id)) },
          { when: or(isNow, isForm("removed")), then: theirs },
          { when: isForm("added"), then: literal(null) },
        ],
        column(STORED.old(id)),
      ),
      STORED.old(id),
    ),
    item(
      caseWhen(
        [
          { when: or(isOpen, isStillDamaged), then: column(STORED.new(id)) },
          { when: isNow, then: caseWhen([{ when: isProposed, then: wanted }], theirs) },
          { when: isForm("added"), then: effective },
        ],
        column(STORED.new(id)),
      ),
      STORED.new(id),
    ),
    item(
      caseWhen(
        [
          { when: isOpen, then: column(STORED.changed(id)) },
          { when: isNow, then: isChanged },
          { when: isForm("added", "removed"), then: literal(false) },
        ],
        column(STORED.changed(id)),
      ),
      STORED.changed(id),
    ),
    item(caseWhen([{ when: or(isForm("same"), isOpen, isStillDamaged), then: column(STORED.damage(id)) }], nothing({ kind: "text" })), STORED.damage(id)),
  ];
}

function resolvedRows(resolving: Resolving): Query {
  const { opened, values } = resolving;
  const { copies, hasOld, hasNew, newPlace, kind } = STORED;
  const keys = opened.columns.keys.map((key) => STORED.key(key.fieldId));
  const isNow = isForm("rebased", "edited");
  const kinds = caseWhen(
    [
      { when: isNow, then: literal("modified") },
      { when: isForm("added"), then: literal("added") },
    ],
    column(kind),
  );
  const has = caseWhen(
    [
      { when: isForm("edited"), then: literal(true) },
      { when: isForm("added"), then: literal(false) },
    ],
    column(hasOld),
  );
  const rows: Query = {
    kind: "select",
    items: [
      ...pass([ROW, copies, hasNew, newPlace, ...keys, FORM]),
      item(kinds, kind),
      item(has, hasOld),
      ...values.flatMap((value) => rebasedCell(value, resolving)),
    ],
    from: { kind: "query", query: withForms(withTakes(metChanges(resolving), resolving), resolving) },
    where: not(isForm("drop")),
  };
  const noted = values.flatMap(({ fieldId: id }) => [column(STORED.changed(id)), not(isNull(column(STORED.damage(id))))]);
  return { kind: "select", items: pass(outNames(resolving)), from: { kind: "query", query: rows }, where: or(not(isNow), ...noted) };
}

function outNames({ opened, values }: Resolving): readonly string[] {
  const { copies, hasOld, hasNew, newPlace, kind } = STORED;
  const cells = values.flatMap(({ fieldId: id }) => [STORED.old(id), STORED.new(id), STORED.changed(id), STORED.damage(id)]);
  return [ROW, kind, copies, hasOld, hasNew, newPlace, ...opened.columns.keys.map((key) => STORED.key(key.fieldId)), ...cells];
}

/** Changes of rows that no key identifies: of missing ones those that are there go, or none. */
function resolvedWhole(resolving: Resolving): Query {
  const { opened, values } = resolving;
  const { isMissed } = misses(opened);
  const cells = values.flatMap((value): readonly SelectItem[] => [
    item(oldNow(value), STORED.old(value.fieldId)),
    item(newNow(value), STORED.new(value.fieldId)),
    item(literal(false), STORED.changed(value.fieldId)),
    item(nothing({ kind: "text" }), STORED.damage(value.fieldId)),
  ]);
  const there = caseWhen([{ when: column(STORED.hasNew, "c"), then: column(STORED.copies, "c") }], foundRows);
  const found = "found_copies";
  const items = [...headItems(resolving, column(STORED.copies, "c")), item(there, found), item(isMissed, "is_missed"), ...cells, ...marks(resolving, false)];
  const names = outNames(resolving);
  const marked: Query = {
    kind: "select",
    items: [...pass([...names, found, "is_missed"]), item(rowTake(resolving), ROW_TAKE)],
    from: { kind: "query", query: wholeChanges(opened, items, literal(true)) },
  };
  const copies = caseWhen([{ when: and(column("is_missed"), takes(ROW_TAKE, "mine")), then: column(found) }], column(STORED.copies));
  return {
    kind: "select",
    items: names.map((name) => item(name === STORED.copies ? cast(copies, { kind: "bigint" }) : column(name), name)),
    from: { kind: "query", query: marked },
    where: not(and(column("is_missed"), or(takes(ROW_TAKE, "theirs"), and(takes(ROW_TAKE, "mine"), compare(column(found), "=", literal(0)))))),
  };
}

/** Refuses typed values that do not fit the columns they are meant for. */
async function requireFitting(session: EngineSession, { values, resolutions, plan }: Resolving): Promise<void> {
  const plain = plainFields(plan);
  const typed = resolutions.flatMap(({ take, value: text, columns }) =>
    take === "value" && typeof text === "string"
      ? values.filter(({ fieldId }) => plain.has(fieldId) && (columns?.includes(fieldId) ?? true)).map((value) => ({ value, text }))
      : [],
  );
  if (typed.length === 0) return;
  const items = typed.map(({ value, text }, index) => item(isNull(tryCast(literal(text), value.now.sqlType)), `is_bad_${index}`));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "sequence", length: 1 } } });
  const bad = typed.filter((_, index) => rows[0]?.[index] === true);
  if (bad.length === 0) return;
  const issues = bad.map(({ value }) => ({ path: value.now.name, message: `The value is no ${value.now.type}` }));
  throw problem("change.values_mismatch", { count: bad.length }, { issues });
}

/** The change set as it is told over the newest columns. */
function newSet(changeSet: ChangeSet, { columns, onto }: Opened): ChangeSet {
  const known = new Map([...columns.keys, ...columns.values].map((value) => [value.fieldId, value.now]));
  return {
    ...changeSet,
    file: null,
    fromSnapshotId: onto.snapshotId,
    toSnapshotId: null,
    columns: changeSet.columns.flatMap(({ fieldId }) => known.get(fieldId) ?? []),
    dropped: changeSet.dropped.filter((id) => known.has(id)),
  };
}

const NO_COUNTS: CountedChangeSet["counts"] = { added: 0, removed: 0, modified: 0, formatOnly: 0, unchanged: 0, cells: 0, damagedCells: 0, columns: {} };

/**
 * The change set over what is there now, with conflicts decided: by the first resolution that names a cell. What is not decided stays
 * as it was, and so in conflict; columns that are gone are left out.
 */
export async function resolveChanges(parts: MergeParts, changeSet: ChangeSet, input: ResolveInput): Promise<CountedChangeSet> {
  const { onto, plan, rest, signal } = input;
  checkPlan(changeSet, plan);
  const resolutions = [...input.resolutions, ...(rest === undefined ? [] : [{ take: rest } as const])];
  const decide = async (session: EngineSession, opened: Opened): Promise<CountedChangeSet> => {
    if (!canMatch(opened)) throw problem("change.schema_changed", { columns: "the key" });
    const values = opened.columns.values;
    const resolving: Resolving = { opened, plan, resolutions, values };
    await requireFitting(session, resolving);
    const fieldIds = judgedFields(opened);
    await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table: onto, files: opened.near.files, fieldIds, signal });
    await judge(session, opened, held, fieldIds);
    const queries = [...(opened.columns.keys.length > 0 ? [resolvedRows(resolving)] : []), ...(opened.facts.wholeRows > 0 ? [resolvedWhole(resolving)] : [])];
    const [only] = queries;
    const query: Query = only !== undefined && queries.length === 1 ? only : { kind: "unionAll", queries };
    return await storeSet(session, parts.fileIo, { changeSet: newSet(changeSet, opened), query, location: onto.location, baseRows: onto.rows });
  };
  const found = await withRoom((isRoomy) => withChanges(parts, { ...input, changeSet }, { isWhole: true, isRoomy }, decide));
  return found ?? { changeSet, counts: { ...NO_COUNTS, unchanged: onto.rows } };
}
