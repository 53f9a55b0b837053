import { and, call, column, compare, type Expression, isNull, not, or, type Query, type Relation, type SelectItem } from "@granary/engine";
import { type Alignment, isIdentified, keyName, OLD, PLACE, sided, valueName } from "../diff/index.ts";
import type { LakeColumn } from "../table/index.ts";
import type { ProposedColumn } from "./map-columns.ts";
import { IS_ADDED, IS_REMOVED, keyTextName, named, NEW_TEXTS, PAIRED, shownName, textName } from "./names.ts";
import { textOfValue } from "./proposer.ts";

const [o, n] = [sided("o"), sided("n")];

/** What is compared: keys, cells that may be changed, cells that may not, and columns that are kept as they are. */
export interface ComparedCells {
  readonly alignment: Alignment;
  readonly keys: readonly ProposedColumn[];
  readonly edited: readonly ProposedColumn[];
  readonly masked: readonly ProposedColumn[];
  /** All columns but the keys, in the dataset's order. */
  readonly columns: readonly LakeColumn[];
}

export interface PairInput {
  readonly cells: ComparedCells;
  /** Whether some keys are duplicates or some rows lack one. */
  readonly hasFaults: boolean;
  readonly missing: "kept" | "removed";
}

function side(table: string, alias: "o" | "n", names: readonly string[], { cells, hasFaults }: PairInput): Relation {
  const relation: Relation = { kind: "table", name: table };
  if (!hasFaults) return { kind: "alias", as: alias, relation };
  const query: Query = { kind: "select", items: names.map(named), from: relation, where: isIdentified(cells.alignment.keys) };
  return { kind: "alias", as: alias, relation: { kind: "query", query } };
}

/** Whether a proposed text is not the one that the old value is written as. */
function isOtherText(item: ProposedColumn): Expression {
  const old = item.mask === undefined ? textOfValue(o(valueName(item.fieldId)), item.source) : o(shownName(item.fieldId));
  return compare(old, "is distinct from", n(textName(item.fieldId)));
}

/** Rows of both sides beside each other, by key: those on one side only, and those of which some text differs. */
export function pairedRows(input: PairInput): Query {
  const { keys, edited, masked, columns } = input.cells;
  const names = keys.map(({ fieldId }) => keyName(fieldId));
  const oldNames = [...names, ...columns.map(({ fieldId }) => valueName(fieldId)), ...masked.map(({ fieldId }) => shownName(fieldId))];
  const newNames = [...names, ...keys.map(({ fieldId }) => keyTextName(fieldId)), ...[...edited, ...masked].map(({ fieldId }) => textName(fieldId)), PLACE];
  const first = names[0] ?? "";
  const [isAdded, isRemoved] = [isNull(o(first)), isNull(n(first))];
  const items: readonly SelectItem[] = [
    { expression: isAdded, as: IS_ADDED },
    { expression: isRemoved, as: IS_REMOVED },
    { expression: n(PLACE), as: PLACE },
    ...names.map((name) => ({ expression: call("coalesce", o(name), n(name)), as: name })),
    ...oldNames.slice(names.length).map((name) => ({ expression: o(name), as: name })),
    ...newNames.slice(names.length, -1).map((name) => ({ expression: n(name), as: name })),
  ];
  return {
    kind: "select",
    items,
    from: {
      kind: "join",
      join: input.missing === "removed" ? "full" : "right",
      left: side(OLD, "o", oldNames, input),
      right: side(NEW_TEXTS, "n", newNames, input),
      on: and(...names.map((name) => compare(o(name), "=", n(name)))),
    },
    where: or(isAdded, isRemoved, ...[...edited, ...masked].map(isOtherText)),
  };
}

/** How many pairs have another text, by column; then how many rows are added. */
export function touchedCounts({ edited }: ComparedCells): Query {
  const isPair = and(not(column(IS_ADDED)), not(column(IS_REMOVED)));
  const isOther = (item: ProposedColumn): Expression =>
    compare(textOfValue(column(valueName(item.fieldId)), item.source), "is distinct from", column(textName(item.fieldId)));
  return {
    kind: "select",
    items: [
      { expression: call("count_if", column(IS_ADDED)), as: "added" },
      ...edited.map((item) => ({ expression: call("count_if", and(isPair, isOther(item))), as: textName(item.fieldId) })),
    ],
    from: { kind: "table", name: PAIRED },
  };
}
