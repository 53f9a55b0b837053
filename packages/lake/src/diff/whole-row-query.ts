import { and, arithmetic, call, caseWhen, cast, column, compare, type Expression, type Query, or, literal, not, type SelectItem } from "@granary/engine";
import type { Alignment, ChangeQueryInput, ComparedColumn } from "./align-columns.ts";
import { comparable, isComparedByEntries } from "./comparable.ts";
import { isAmong, isDuplicate, isWhole, keysOfSide } from "./key-queries.ts";
import { keyName, NEW, OLD, PLACE, STORED, valueName } from "./names.ts";

const BIGINT = { kind: "bigint" } as const;
const [OLD_ROWS, NEW_ROWS] = ["in_old", "in_new"] as const;

/** Of a side without keys all rows, otherwise those no key identifies. */
function unidentified({ columns: { keys }, missingAreRemoved }: ChangeQueryInput, side: typeof OLD | typeof NEW): Expression | undefined {
  if (keys.length === 0) return undefined;
  if (side === NEW || missingAreRemoved) return or(not(isWhole(keys)), isDuplicate(keys));
  // Where rows left out of a proposal stay, only keys it names are looked at.
  return and(isDuplicate(keys), isAmong(keys, keysOfSide(keys, NEW)));
}

/** Rows of one side under common names, with a one for the side they are of. A dropped column is no value of a row. */
function sideRows(input: ChangeQueryInput, side: typeof OLD | typeof NEW): Query {
  const { keys, values } = input.columns;
  const count = (isThere: boolean): Expression => cast(literal(isThere ? 1 : 0), BIGINT);
  const where = unidentified(input, side);
  return {
    kind: "select",
    items: [
      ...keys.map(({ fieldId }) => ({ expression: column(keyName(fieldId)), as: keyName(fieldId) })),
      ...values.map(({ fieldId }) => ({ expression: column(valueName(fieldId)), as: valueName(fieldId) })),
      { expression: count(side === OLD), as: OLD_ROWS },
      { expression: count(side === NEW), as: NEW_ROWS },
      { expression: side === NEW ? column(PLACE) : cast(literal(null), BIGINT), as: STORED.newPlace },
    ],
    from: { kind: "table", name: side },
    ...(where === undefined ? {} : { where }),
  };
}

/** A value as the group has it: itself, or for maps one of the equal ones, and for dropped columns one of those it had. */
const grouped = (item: ComparedColumn): Expression => {
  const value = column(valueName(item.fieldId));
  return isGroupedBy(item) && !isComparedByEntries(item.type) ? value : call("any_value", value);
};

const isGroupedBy = (item: ComparedColumn): boolean => item.inTo;

function countedRows(input: ChangeQueryInput): Query {
  const { keys, values } = input.columns;
  const total = (name: string): SelectItem => ({ expression: call("sum", column(name)), as: name });
  return {
    kind: "select",
    items: [
      ...keys.map(({ fieldId }) => ({ expression: column(keyName(fieldId)), as: keyName(fieldId) })),
      ...values.map((item) => ({ expression: grouped(item), as: valueName(item.fieldId) })),
      total(OLD_ROWS),
      total(NEW_ROWS),
      { expression: call("min", column(STORED.newPlace)), as: STORED.newPlace },
    ],
    from: { kind: "query", query: { kind: "unionAll", queries: [sideRows(input, OLD), sideRows(input, NEW)] } },
    groupBy: [
      ...keys.map(({ fieldId }) => column(keyName(fieldId))),
      ...values.filter(isGroupedBy).map((item) => comparable(item.type, column(valueName(item.fieldId)))),
    ],
    having: compare(call("sum", column(OLD_ROWS)), "<>", call("sum", column(NEW_ROWS))),
  };
}

function kindOf({ keys }: Alignment, isOld: Expression): Expression {
  if (keys.length === 0) return caseWhen([{ when: isOld, then: literal("removed") }], literal("added"));
  return caseWhen([{ when: isWhole(keys), then: literal("duplicate_key") }], literal("null_key"));
}

/**
 * Rows compared as a multiset: equal ones on both sides cancel out, and what one side has more often is left. Without
 * keys these are all changes; with keys, those of rows that no key identifies.
 */
export function wholeRowChanges(input: ChangeQueryInput): Query {
  const { keys, values } = input.columns;
  const surplus = arithmetic(column(OLD_ROWS), "-", column(NEW_ROWS));
  const isOld = compare(surplus, ">", literal(0));
  const onlyIf = (condition: Expression, value: Expression): Expression => caseWhen([{ when: condition, then: value }], literal(null));
  return {
    kind: "select",
    items: [
      { expression: kindOf(input.columns, isOld), as: STORED.kind },
      { expression: cast(call("abs", surplus), BIGINT), as: STORED.copies },
      { expression: isOld, as: STORED.hasOld },
      { expression: not(isOld), as: STORED.hasNew },
      { expression: onlyIf(not(isOld), column(STORED.newPlace)), as: STORED.newPlace },
      ...keys.map(({ fieldId }) => ({ expression: column(keyName(fieldId)), as: STORED.key(fieldId) })),
      ...values.flatMap(({ fieldId }) => [
        { expression: onlyIf(isOld, column(valueName(fieldId))), as: STORED.old(fieldId) },
        { expression: onlyIf(not(isOld), column(valueName(fieldId))), as: STORED.new(fieldId) },
        { expression: literal(false), as: STORED.changed(fieldId) },
      ]),
    ],
    from: { kind: "query", query: countedRows(input) },
  };
}
