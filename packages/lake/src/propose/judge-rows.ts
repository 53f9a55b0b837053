import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type Expression,
  isNull,
  literal,
  not,
  or,
  type Query,
  type SelectItem,
  type SqlType,
} from "@granary/engine";
import { comparable, keyName, PLACE, STORED, valueName } from "../diff/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { isEmpty, isNested, onlyReading, readingsOf } from "./cells/cell-readings.ts";
import { alike, askTogether } from "./cells/together.ts";
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

const isText = ({ source }: ProposedColumn): boolean => source.sqlType.kind === "text";

/** Whether a cell has to be read: it is new, or written otherwise than the old value is. */
const isWanted = (item: ProposedColumn): Expression => or(isAdded, and(isPair, compare(oldTextOf(item), "is distinct from", freshTextOf(item))));

interface Asked {
  readonly lists: readonly SelectItem[];
  readonly answers: readonly SelectItem[];
}

const joined = (parts: readonly Asked[]): Asked => ({ lists: parts.flatMap((part) => part.lists), answers: parts.flatMap((part) => part.answers) });

/** What the texts of cells may mean: lists of values, and for texts themselves the text a download was made of. */
function readings(columns: readonly ProposedColumn[]): Asked {
  const texts = columns.filter(isText).map((item) => ({ expression: when(isWanted(item), unguarded(freshTextOf(item))), as: readingsName(item.fieldId) }));
  const groups = alike(
    columns.filter((item) => !isText(item)),
    (item) => item.source.sqlType,
  );
  const asked = groups.map((group, index): Asked => {
    const type = group[0]?.source.sqlType ?? TEXT;
    const cells = group.map((item) => ({ text: when(isWanted(item), freshTextOf(item)) }));
    const { item, answerAt } = askTogether(`readings_${index}`, cells, (part) => readingsOf(part("text"), type));
    return { lists: [item], answers: group.map(({ fieldId }, place) => ({ expression: answerAt(place), as: readingsName(fieldId) })) };
  });
  return joined([{ lists: texts, answers: texts.map((item) => named(item.as)) }, ...asked]);
}

/** The damage of the cells that differ. */
function damages(columns: readonly ProposedColumn[]): Asked {
  const groups = alike(columns, (item) => item.source.sqlType);
  return joined(
    groups.map((group, index): Asked => {
      const type = group[0]?.source.sqlType ?? TEXT;
      const cells = group.map((item) => {
        const only = (value: Expression): Expression => when(column(differsName(item.fieldId)), value);
        const values = { old: only(oldOf(item)), fresh: only(column(freshName(item.fieldId))) };
        return isText(item) ? values : { ...values, oldText: only(oldTextOf(item)), freshText: only(freshTextOf(item)) };
      });
      const { item, answerAt } = askTogether(`damages_${index}`, cells, (part) => cast(damageOf(type, part), TEXT));
      return { lists: [item], answers: group.map(({ fieldId }, place) => ({ expression: answerAt(place), as: damageName(fieldId) })) };
    }),
  );
}

function damageOf(type: SqlType, part: (name: string) => Expression): Expression {
  if (type.kind === "text") return textDamage(part("old"), part("fresh"));
  return valueDamage({ type, old: part("old"), oldText: part("oldText"), freshText: part("freshText"), fresh: part("fresh") });
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

const isMisfit = (item: ProposedColumn): Expression =>
  item.source.sqlType.kind === "text" ? literal(false) : and(not(isRemoved), not(isEmpty(freshTextOf(item))), isNull(column(freshName(item.fieldId))));

/** A table of the session that is made of the one before. */
export interface JudgeStep {
  readonly name: string;
  readonly query: Query;
}

const over = (table: string, names: readonly string[], items: readonly SelectItem[]): Query => ({
  kind: "select",
  items: [...names.map(named), ...items],
  from: { kind: "table", name: table },
});

/** A column no pair differs in: read only for rows that are added. */
const untouched = (item: ProposedColumn): SelectItem => {
  const found = column(readingsName(item.fieldId));
  return { expression: caseWhen([{ when: isAdded, then: isText(item) ? found : onlyReading(found) }], oldOf(item)), as: freshName(item.fieldId) };
};

/**
 * What became of every cell of the paired rows: its new value, whether it differs, its damage, and whether it is no value at
 * all. In steps that are kept: the engine puts queries inside each other in place wherever they are read, and expressions
 * over 100 columns then grow until it has no memory left.
 */
export function judgedRows({ cells, touched, rules }: JudgeInput, hasAdded: boolean): readonly JudgeStep[] {
  const names = carried(cells);
  const looked = cells.edited.filter((item) => touched.has(item.fieldId));
  const others = cells.edited.filter((item) => !touched.has(item.fieldId));
  const asked = readings(hasAdded ? cells.edited : looked);
  const known = [...names, ...cells.edited.map(({ fieldId }) => freshName(fieldId))];
  const told = [...known, ...looked.map(({ fieldId }) => differsName(fieldId))];
  const found = damages(looked);
  const values = [
    ...looked.map((item) => ({ expression: fresh(item), as: freshName(item.fieldId) })),
    ...others.map((item) => (hasAdded ? untouched(item) : { expression: oldOf(item), as: freshName(item.fieldId) })),
  ];
  const differ = looked.map((item) => ({ expression: isOther(item, rules.get(item.fieldId)), as: differsName(item.fieldId) }));
  const misfits = cells.edited.map((item) => ({ expression: isMisfit(item), as: misfitName(item.fieldId) }));
  return [
    { name: "read_cells", query: over(PAIRED, names, asked.lists) },
    { name: "answered_cells", query: over("read_cells", names, asked.answers) },
    { name: "valued_cells", query: over("answered_cells", names, values) },
    { name: "compared_cells", query: over("valued_cells", known, differ) },
    { name: "damaged_cells", query: over("compared_cells", told, found.lists) },
    { name: JUDGED, query: over("damaged_cells", told, [...found.answers, ...misfits]) },
  ];
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
