import { and, call, caseWhen, cast, column, compare, type Expression, isNull, literal, not, or, type Query, type SelectItem } from "@granary/engine";
import { comparable, keyName, PLACE, STORED, valueName } from "../diff/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { isEmpty, isNested, onlyReading, readingsOf, valueOfText } from "./cells/cell-readings.ts";
import { differs } from "./cells/compare-values.ts";
import { serialTimestamp } from "./cells/date-readings.ts";
import { surely, TEXT, unguarded, when } from "./cells/text-parts.ts";
import { valueDamage } from "./damages/number-damage.ts";
import { textDamage } from "./damages/text-damage.ts";
import type { ProposedColumn } from "./map-columns.ts";
import { damageName, differsName, freshName, IS_ADDED, IS_REMOVED, JUDGED, keyTextName, misfitName, named, PAIRED, readingsName, textName } from "./names.ts";
import type { ComparedCells } from "./pair-rows.ts";
import { textOfValue } from "./proposer.ts";
import type { ColumnRule } from "./types.ts";

export interface JudgeInput {
  readonly cells: ComparedCells;
  /** Columns of which some pair has another text. */
  readonly touched: ReadonlySet<number>;
  readonly rules: ReadonlyMap<number, ColumnRule>;
}

const [isAdded, isRemoved] = [column(IS_ADDED), column(IS_REMOVED)];
const isPair = and(not(isAdded), not(isRemoved));

const oldOf = ({ fieldId }: Pick<LakeColumn, "fieldId">): Expression => column(valueName(fieldId));
const freshTextOf = ({ fieldId }: Pick<LakeColumn, "fieldId">): Expression => column(textName(fieldId));
const oldTextOf = (item: ProposedColumn): Expression => textOfValue(oldOf(item), item.source);
const isSameText = (item: ProposedColumn): Expression => and(isPair, compare(oldTextOf(item), "is not distinct from", freshTextOf(item)));

/** Names of what is already there, for the next step over it. */
function carried({ keys, edited, masked, columns }: ComparedCells): readonly string[] {
  return [
    IS_ADDED,
    IS_REMOVED,
    PLACE,
    ...keys.flatMap(({ fieldId }) => [keyName(fieldId), keyTextName(fieldId)]),
    ...columns.map(({ fieldId }) => valueName(fieldId)),
    ...[...edited, ...masked].map(({ fieldId }) => textName(fieldId)),
  ];
}

/** What the texts of cells may mean: lists of values, and for texts themselves the text a download was made of. */
function readings(item: ProposedColumn): SelectItem {
  const { fieldId, source } = item;
  const isWanted = or(isAdded, and(isPair, compare(oldTextOf(item), "is distinct from", freshTextOf(item))));
  const value = source.sqlType.kind === "text" ? unguarded(freshTextOf(item)) : readingsOf(freshTextOf(item), source.sqlType);
  return { expression: when(isWanted, value), as: readingsName(fieldId) };
}

/** The new value of a cell: the old one where the text can mean that. */
function fresh(item: ProposedColumn): Expression {
  const { source, fieldId } = item;
  const found = column(readingsName(fieldId));
  if (source.sqlType.kind === "text") return caseWhen([{ when: isSameText(item), then: oldOf(item) }], found);
  const meansOld: Expression[] = [isSameText(item)];
  if (!isNested(source.sqlType)) meansOld.push(surely(call("list_contains", found, oldOf(item))));
  const isDay = source.sqlType.kind === "date" || source.sqlType.kind === "timestamp";
  if (isDay) meansOld.push(surely(compare(serialTimestamp(freshTextOf(item)), "=", cast(oldOf(item), { kind: "timestamp" }))));
  return caseWhen([{ when: and(isPair, or(...meansOld)), then: oldOf(item) }], onlyReading(found));
}

function isOther(item: ProposedColumn, rule: ColumnRule | undefined): Expression {
  const { sqlType } = item.source;
  const [old, value] = [comparable(sqlType, oldOf(item)), comparable(sqlType, column(freshName(item.fieldId)))];
  return and(isPair, differs(old, value, sqlType, rule));
}

function damageOf(item: ProposedColumn): Expression {
  const { sqlType } = item.source;
  const value = column(freshName(item.fieldId));
  if (sqlType.kind === "text") return textDamage(oldOf(item), value);
  return valueDamage({ type: sqlType, old: oldOf(item), oldText: oldTextOf(item), freshText: freshTextOf(item), fresh: value });
}

const isMisfit = (item: ProposedColumn): Expression =>
  item.source.sqlType.kind === "text" ? literal(false) : and(not(isRemoved), not(isEmpty(freshTextOf(item))), isNull(column(freshName(item.fieldId))));

const step = (names: readonly string[], items: readonly SelectItem[], query: Query): Query => ({
  kind: "select",
  items: [...names.map(named), ...items],
  from: { kind: "query", query },
});

/** A column no pair differs in: read only for rows that are added. */
const untouched = (item: ProposedColumn): SelectItem => ({
  expression: caseWhen([{ when: isAdded, then: valueOfText(addedText(item), item.source.sqlType) }], oldOf(item)),
  as: freshName(item.fieldId),
});

const addedText = (item: ProposedColumn): Expression => when(isAdded, item.source.sqlType.kind === "text" ? unguarded(freshTextOf(item)) : freshTextOf(item));

/** What became of every cell of the paired rows: its new value, whether it differs, its damage, and whether it is no value at all. */
export function judgedRows({ cells, touched, rules }: JudgeInput): Query {
  const names = carried(cells);
  const looked = cells.edited.filter((item) => touched.has(item.fieldId));
  const others = cells.edited.filter((item) => !touched.has(item.fieldId));
  const read = step(names, looked.map(readings), { kind: "select", items: names.map(named), from: { kind: "table", name: PAIRED } });
  const valued = step(names, [...looked.map((item) => ({ expression: fresh(item), as: freshName(item.fieldId) })), ...others.map(untouched)], read);
  const freshNames = cells.edited.map(({ fieldId }) => freshName(fieldId));
  const compared = step(
    [...names, ...freshNames],
    looked.map((item) => ({ expression: isOther(item, rules.get(item.fieldId)), as: differsName(item.fieldId) })),
    valued,
  );
  const differNames = looked.map(({ fieldId }) => differsName(fieldId));
  return step(
    [...names, ...freshNames, ...differNames],
    [
      ...looked.map((item) => ({ expression: when(column(differsName(item.fieldId)), damageOf(item)), as: damageName(item.fieldId) })),
      ...cells.edited.map((item) => ({ expression: isMisfit(item), as: misfitName(item.fieldId) })),
    ],
    compared,
  );
}

/** The judged rows as a change set stores them. */
export function proposedChanges({ cells, touched }: JudgeInput): Query {
  const edited = new Map(cells.edited.map((item) => [item.fieldId, item]));
  const isTouched = (fieldId: number): boolean => edited.has(fieldId) && touched.has(fieldId);
  const kind = caseWhen(
    [
      { when: isAdded, then: literal("added") },
      { when: isRemoved, then: literal("removed") },
    ],
    literal("modified"),
  );
  const cellItems = cells.columns.flatMap(({ fieldId }): readonly SelectItem[] => {
    const damage = isTouched(fieldId) ? column(damageName(fieldId)) : cast(literal(null), TEXT);
    const kept = edited.has(fieldId) ? column(freshName(fieldId)) : when(isPair, column(valueName(fieldId)));
    return [
      { expression: column(valueName(fieldId)), as: STORED.old(fieldId) },
      { expression: when(not(isRemoved), kept), as: STORED.new(fieldId) },
      { expression: isTouched(fieldId) ? and(column(differsName(fieldId)), isNull(damage)) : literal(false), as: STORED.changed(fieldId) },
      { expression: cast(damage, TEXT), as: STORED.damage(fieldId) },
    ];
  });
  const differ = [...touched].filter((fieldId) => edited.has(fieldId)).map((fieldId) => column(differsName(fieldId)));
  return {
    kind: "select",
    items: [
      { expression: kind, as: STORED.kind },
      { expression: cast(literal(1), { kind: "bigint" }), as: STORED.copies },
      { expression: not(isAdded), as: STORED.hasOld },
      { expression: not(isRemoved), as: STORED.hasNew },
      { expression: column(PLACE), as: STORED.newPlace },
      ...cells.keys.map(({ fieldId }) => ({ expression: column(keyName(fieldId)), as: STORED.key(fieldId) })),
      ...cellItems,
    ],
    from: { kind: "table", name: JUDGED },
    where: or(isAdded, isRemoved, ...differ),
  };
}
