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
import { CONFLICT, IS_THERE, isKind, JUDGED, movedName, neededName, nothing, otherName, ROW, tableAs } from "./names.ts";
import { canMatch, judge, judgedFields, type MergeParts, type Opened, withChanges, withRoom } from "./session-work.ts";
import { storeSet } from "./store-set.ts";
import type { CountedChangeSet, Resolution, ResolveInput } from "./types.ts";
import { ALREADY, APPLY, isContested, isVerdict } from "./verdict.ts";

/** Tables of the session: which resolutions choose a change, and what becomes of it. Kept, or the engine would compute them anew for every cell. */
const MARKS = "merge_marks";
const FORMS = "merge_forms";
const ROW_TAKE = "row_take";
const FORM = "form";
const markName = (index: number): string => `is_chosen_${index}`;
const takeName = (fieldId: number): string => `take_${fieldId}`;
const openGroupName = (index: number): string => `open_group_${index}`;
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

/** The resolutions that name a cell, in their order. Only cells whose values are seen as they are can be decided. */
function naming({ fieldId }: MergeColumn, { plan, resolutions }: Resolving): readonly { readonly isChosen: Expression; readonly take: string }[] {
  if (!plainFields(plan).has(fieldId)) return [];
  return resolutions.flatMap(({ columns, take }, index) =>
    columns === undefined || columns.includes(fieldId) ? [{ isChosen: column(markName(index), "m"), take: take === "value" ? `value_${index}` : take }] : [],
  );
}

/** The resolution that names a cell first, as a text; null when none does. */
function takeOf(value: MergeColumn, resolving: Resolving): Expression {
  const branches = naming(value, resolving).map(({ isChosen, take }) => ({ when: isChosen, then: literal(take) }));
  return cast(caseWhen(branches, literal(null)), { kind: "text" });
}

const isUntaken = (value: MergeColumn, resolving: Resolving): Expression => not(or(...naming(value, resolving).map((found) => found.isChosen)));

function rowTake({ resolutions }: Resolving, relation?: string): Expression {
  const whole = resolutions.flatMap(({ columns, take }, index) =>
    columns === undefined && take !== "value" ? [{ when: column(markName(index), relation), then: literal(take) }] : [],
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

const isSameRow = (left: string, right: string): Expression => compare(column(ROW, left), "=", column(ROW, right));

/** Finds out once which resolutions choose each change. */
async function createMarks(session: EngineSession, resolving: Resolving): Promise<void> {
  const from = { kind: "join", join: "inner", left: met(resolving.opened), right: tableAs(JUDGED, "j"), on: isSameRow("c", "j") } as const;
  const items = [item(column(ROW, "c"), ROW), ...marks(resolving, true)];
  await session.run({ kind: "createTable", name: MARKS, query: { kind: "select", items, from } });
}

/** Whether nobody decided on one of the cells of a group that both sides edited. */
function openGroups(resolving: Resolving): readonly SelectItem[] {
  const { groups } = resolving.opened.judging;
  const values = new Map(resolving.values.map((value) => [value.fieldId, value]));
  return groups.flatMap((group, index): readonly SelectItem[] => {
    const [first] = group;
    if (group.length === 1 || first === undefined) return [];
    const members = group.flatMap((id) => values.get(id) ?? []);
    const isLeft = or(...members.map((value) => and(column(neededName(value.fieldId), "j"), isUntaken(value, resolving))));
    return [item(and(isContested(first, resolving.opened.judging, "j"), isLeft), openGroupName(index))];
  });
}

/** Decides what becomes of each change. */
async function createForms(session: EngineSession, resolving: Resolving): Promise<void> {
  const from = { kind: "join", join: "inner", left: tableAs(JUDGED, "j"), right: tableAs(MARKS, "m"), on: isSameRow("j", "m") } as const;
  const items = [item(column(ROW, "j"), ROW), item(formOf(resolving), FORM), ...openGroups(resolving)];
  await session.run({ kind: "createTable", name: FORMS, query: { kind: "select", items, from } });
}

function formOf(resolving: Resolving): Expression {
  const { values } = resolving;
  const form = (name: Form): Expression => literal(name);
  const taken = rowTake(resolving, "m");
  const isTaken = (take: string): Expression => call("coalesce", compare(taken, "=", literal(take)), literal(false));
  const byRow = (mine: Form): Expression =>
    caseWhen(
      [
        { when: isTaken("mine"), then: form(mine) },
        { when: isTaken("theirs"), then: form("drop") },
      ],
      form("same"),
    );
  const allTaken = and(...values.map((value) => not(and(column(otherName(value.fieldId), "j"), isUntaken(value, resolving)))));
  const isModified = isKind("j", "modified");
  return caseWhen(
    [
      { when: and(isModified, column(IS_THERE, "j")), then: form("rebased") },
      { when: isVerdict("deleted_there", "j"), then: byRow("added") },
      { when: or(isModified, isVerdict(ALREADY, "j")), then: form("drop") },
      { when: isVerdict("deleted_here", "j"), then: byRow("removed") },
      { when: isKind("j", "removed"), then: form("removed") },
      { when: isVerdict("added_twice", "j"), then: caseWhen([{ when: allTaken, then: form("edited") }], form("same")) },
      { when: isVerdict(APPLY, "j"), then: form("same") },
    ],
    byRow("same"),
  );
}

/** Whether a cell stays open, for its group is not decided as a whole. */
function isOpen(value: MergeColumn, resolving: Resolving): Expression {
  const { judging } = resolving.opened;
  const index = judging.groups.findIndex((group) => group.includes(value.fieldId));
  if ((judging.groups[index]?.length ?? 0) > 1) return column(openGroupName(index), "f");
  return and(isContested(value.fieldId, judging, "j"), isUntaken(value, resolving));
}

/** Changes, what they meet, and what was decided on them and on each of their cells. */
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
      item(takeOf(value, resolving), takeName(id)),
      item(isOpen(value, resolving), openName(id)),
    ];
  });
  const judged = { kind: "join", join: "inner", left: met(opened), right: tableAs(JUDGED, "j"), on: isSameRow("c", "j") } as const;
  const marked = { kind: "join", join: "inner", left: judged, right: tableAs(MARKS, "m"), on: isSameRow("c", "m") } as const;
  return {
    kind: "select",
    items: [...headItems(resolving, column(STORED.copies, "c")), item(column(FORM, "f"), FORM), ...cells],
    from: { kind: "join", join: "inner", left: marked, right: tableAs(FORMS, "f"), on: isSameRow("c", "f") },
  };
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
  const isStillOpen = and(isForm("rebased"), column(openName(id)));
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
          { when: isStillOpen, then: column(STORED.old(id)) },
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
          { when: or(isStillOpen, isStillDamaged), then: column(STORED.new(id)) },
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
          { when: isStillOpen, then: column(STORED.changed(id)) },
          { when: isNow, then: isChanged },
          { when: isForm("added", "removed"), then: literal(false) },
        ],
        column(STORED.changed(id)),
      ),
      STORED.changed(id),
    ),
    item(caseWhen([{ when: or(isForm("same"), isStillOpen, isStillDamaged), then: column(STORED.damage(id)) }], nothing({ kind: "text" })), STORED.damage(id)),
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
    from: { kind: "query", query: metChanges(resolving) },
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
    if (opened.columns.keys.length > 0) {
      await createMarks(session, resolving);
      await createForms(session, resolving);
    }
    const queries = [...(opened.columns.keys.length > 0 ? [resolvedRows(resolving)] : []), ...(opened.facts.wholeRows > 0 ? [resolvedWhole(resolving)] : [])];
    const [only] = queries;
    const query: Query = only !== undefined && queries.length === 1 ? only : { kind: "unionAll", queries };
    return await storeSet(session, parts.fileIo, { changeSet: newSet(changeSet, opened), query, location: onto.location, baseRows: onto.rows });
  };
  const found = await withRoom((isRoomy) => withChanges(parts, { ...input, changeSet }, { isWhole: true, isRoomy }, decide));
  return found ?? { changeSet, counts: { ...NO_COUNTS, unchanged: onto.rows } };
}
