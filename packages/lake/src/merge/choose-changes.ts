import { and, caseWhen, column, compare, type EngineSession, type Expression, isNull, literal, not, or, type Query, type SelectItem } from "@granary/engine";
import { type ChangeSet, STORED } from "../diff/index.ts";
import { checkPlan } from "../scan/index.ts";
import { isSelected, plainFields } from "./as-shown.ts";
import { openChanges } from "./change-facts.ts";
import { CHANGES, isIdentified, isKind, nothing, ROW, storedNames, tableAs, valueIds } from "./names.ts";
import { inEngine, type MergeParts, withRoom } from "./session-work.ts";
import { locationOf, storeSet } from "./store-set.ts";
import type { Choice, ChooseInput, ChosenChanges, CountedChangeSet } from "./types.ts";

const MARKED = "merge_marked";
const DECIDED = "merge_decided";
const ROW_LEFT = "is_row_left";
const markName = (index: number): string => `is_chosen_${index}`;
const fateName = (fieldId: number, fate: "left" | "accepted"): string => `is_${fate}_${fieldId}`;

const item = (expression: Expression, as: string): SelectItem => ({ expression, as });
const pass = (names: readonly string[]): readonly SelectItem[] => names.map((name) => item(column(name), name));

/** What is decided on a cell: it is left out, its damaged format is accepted, or it stays as it is. */
type Fate = "left" | "accepted" | "kept";

function isFate(fieldId: number, fate: Fate): Expression {
  const [isLeft, isAccepted] = [column(fateName(fieldId, "left")), column(fateName(fieldId, "accepted"))];
  return fate === "left" ? isLeft : fate === "accepted" ? isAccepted : not(or(isLeft, isAccepted));
}

/** The first choice that names a cell decides on it. */
function fatesOf(fieldId: number, { choices, plan }: ChooseInput): readonly SelectItem[] {
  const plain = plainFields(plan);
  const naming = choices.flatMap(({ columns, do: act }, index) => {
    const isNamed = columns === undefined || columns.includes(fieldId);
    // Nobody accepts what they do not see.
    return isNamed && (act === "leave_out" || plain.has(fieldId)) ? [{ act, index }] : [];
  });
  const isFirst = (wanted: Choice["do"]): Expression =>
    caseWhen(
      naming.map(({ act, index }) => ({ when: column(markName(index)), then: literal(act === wanted) })),
      literal(false),
    );
  return [item(isFirst("leave_out"), fateName(fieldId, "left")), item(isFirst("accept_format"), fateName(fieldId, "accepted"))];
}

async function createDecided(session: EngineSession, changeSet: ChangeSet, input: ChooseInput): Promise<void> {
  const names = storedNames(changeSet, valueIds(changeSet));
  const marks = input.choices.map((choice, index) => item(isSelected({ changeSet }, input.plan, choice), markName(index)));
  // Kept, or the engine would compute the conditions anew for every cell.
  await session.run({
    kind: "createTable",
    name: MARKED,
    query: { kind: "select", items: [...pass([ROW]), ...marks], from: { kind: "table", name: CHANGES } },
  });
  const whole = input.choices.flatMap(({ columns, do: act }, index) =>
    columns === undefined ? [{ when: column(markName(index)), then: literal(act === "leave_out") }] : [],
  );
  const fates = valueIds(changeSet).flatMap((id) => fatesOf(id, input));
  const items = [item(column(ROW, "c"), ROW), ...pass(names), item(caseWhen(whole, literal(false)), ROW_LEFT), ...fates];
  const on = compare(column(ROW, "c"), "=", column(ROW, "m"));
  const from = { kind: "join", join: "inner", left: tableAs(CHANGES, "c"), right: tableAs(MARKED, "m"), on } as const;
  await session.run({ kind: "createView", name: DECIDED, query: { kind: "select", items, from } });
}

/** What the queries of one side of the parting depend on. */
interface Parting {
  readonly changeSet: ChangeSet;
  readonly isModified: Expression;
  /** An added row that is matched by its key, so that cells of it can follow later. */
  readonly isSplittable: Expression;
}

const isDamaged = ({ hasDamage }: ChangeSet, id: number): Expression => (hasDamage === true ? not(isNull(column(STORED.damage(id)))) : literal(false));

/** Whether a cell of a modified row is changed by the part that is kept. */
const isKeptCell = (changeSet: ChangeSet, id: number): Expression =>
  or(and(column(STORED.changed(id)), not(isFate(id, "left"))), and(isDamaged(changeSet, id), isFate(id, "accepted")));

const isLeftCell = (id: number): Expression => and(column(STORED.changed(id)), isFate(id, "left"));

function damageItems({ hasDamage }: ChangeSet, id: number, when: Expression): readonly SelectItem[] {
  if (hasDamage !== true) return [];
  return [item(caseWhen([{ when, then: column(STORED.damage(id)) }], nothing({ kind: "text" })), STORED.damage(id))];
}

function head(changeSet: ChangeSet): readonly string[] {
  return [ROW, STORED.copies, STORED.hasNew, STORED.newPlace, ...changeSet.keys.map(STORED.key)];
}

/** The cells of an added row that stay in it. */
const keptNew = (id: number): Expression => caseWhen([{ when: isFate(id, "left"), then: literal(null) }], column(STORED.new(id)));

function keptRows({ changeSet, isModified, isSplittable }: Parting): Query {
  const ids = valueIds(changeSet);
  const isStillDamaged = (id: number): Expression => and(isModified, isDamaged(changeSet, id), isFate(id, "kept"));
  const cells = ids.flatMap((id): readonly SelectItem[] => [
    item(column(STORED.old(id)), STORED.old(id)),
    item(
      caseWhen(
        [
          { when: and(isModified, isFate(id, "left")), then: column(STORED.old(id)) },
          { when: isSplittable, then: keptNew(id) },
        ],
        column(STORED.new(id)),
      ),
      STORED.new(id),
    ),
    item(and(isModified, isKeptCell(changeSet, id)), STORED.changed(id)),
    ...damageItems(changeSet, id, isStillDamaged(id)),
  ]);
  const isNoted = or(...ids.flatMap((id) => [isKeptCell(changeSet, id), isStillDamaged(id)]));
  return {
    kind: "select",
    items: [...pass([...head(changeSet), STORED.kind, STORED.hasOld]), ...cells],
    from: { kind: "table", name: DECIDED },
    where: caseWhen([{ when: isModified, then: isNoted }], not(column(ROW_LEFT))),
  };
}

/** What is left over, to be merged after the other part: its old values are those which that leaves. */
function leftRows({ changeSet, isModified, isSplittable }: Parting): Query {
  const ids = valueIds(changeSet);
  const isLater = and(isSplittable, not(column(ROW_LEFT)));
  const isLaterCell = (id: number): Expression => and(isFate(id, "left"), not(isNull(column(STORED.new(id)))));
  const cells = ids.flatMap((id): readonly SelectItem[] => {
    const before = caseWhen(
      [
        { when: isLater, then: keptNew(id) },
        { when: and(isModified, isKeptCell(changeSet, id)), then: column(STORED.new(id)) },
      ],
      column(STORED.old(id)),
    );
    const isDamageLeft = and(isModified, isDamaged(changeSet, id), isFate(id, "left"));
    const isProposed = or(not(isModified), isLeftCell(id), isDamageLeft);
    const isChanged = or(and(isModified, isLeftCell(id)), and(isLater, isLaterCell(id)));
    return [
      item(before, STORED.old(id)),
      item(caseWhen([{ when: isProposed, then: column(STORED.new(id)) }], before), STORED.new(id)),
      item(isChanged, STORED.changed(id)),
      ...damageItems(changeSet, id, isDamageLeft),
    ];
  });
  const kind = caseWhen([{ when: isLater, then: literal("modified") }], column(STORED.kind));
  return {
    kind: "select",
    items: [...pass(head(changeSet)), item(kind, STORED.kind), item(or(isLater, column(STORED.hasOld)), STORED.hasOld), ...cells],
    from: { kind: "table", name: DECIDED },
    where: caseWhen(
      [
        { when: isModified, then: or(...ids.map(isLeftCell)) },
        { when: isLater, then: or(...ids.map(isLaterCell)) },
      ],
      column(ROW_LEFT),
    ),
  };
}

const EMPTY: CountedChangeSet["counts"] = { added: 0, removed: 0, modified: 0, formatOnly: 0, unchanged: 0, cells: 0, damagedCells: 0, columns: {} };

/** Parts a change set into what is kept and what is left for later, by choices of what its reader sees. */
export async function chooseChanges(parts: MergeParts, changeSet: ChangeSet, input: ChooseInput): Promise<ChosenChanges> {
  const { file } = changeSet;
  checkPlan(changeSet, input.plan);
  if (file === null) return { kept: { changeSet, counts: EMPTY }, left: null };
  await using local = await parts.fileIo.open(file);
  const part = async (session: EngineSession): Promise<ChosenChanges> => {
    await openChanges(session, changeSet, local.path);
    await createDecided(session, changeSet, input);
    const isSplittable = and(isKind(undefined, "added"), isIdentified(changeSet));
    const parting: Parting = { changeSet, isModified: isKind(undefined, "modified"), isSplittable };
    const store = (query: Query): Promise<CountedChangeSet> =>
      storeSet(session, parts.fileIo, { changeSet, query, location: locationOf(changeSet), baseRows: input.baseRows });
    const kept = await store(keptRows(parting));
    const left = await store(leftRows(parting));
    return { kept, left: left.changeSet.file === null ? null : left };
  };
  return await withRoom((isRoomy) => inEngine(parts, { bytes: file.bytes, signal: input.signal, isRoomy }, part));
}
