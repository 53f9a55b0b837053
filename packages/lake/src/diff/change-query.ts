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
  type Relation,
  type SelectItem,
} from "@granary/engine";
import type { Alignment, ChangeQueryInput, ComparedColumn } from "./align-columns.ts";
import { comparable } from "./comparable.ts";
import { isIdentified } from "./key-queries.ts";
import { keyName, NEW, OLD, PLACE, sided, STORED, valueName } from "./names.ts";
import { wholeRowChanges } from "./whole-row-query.ts";

const [o, n] = [sided("o"), sided("n")];

function differs({ fieldId, type, inTo }: ComparedColumn): Expression {
  // A dropped column is a change of the schema and of no row.
  if (!inTo) return literal(false);
  return compare(comparable(type, o(valueName(fieldId))), "is distinct from", comparable(type, n(valueName(fieldId))));
}

function sideOf(table: string, alias: "o" | "n", input: ChangeQueryInput): Relation {
  if (!input.hasFaults) return { kind: "alias", as: alias, relation: { kind: "table", name: table } };
  const { keys, values } = input.columns;
  const names = [...keys.map((key) => keyName(key.fieldId)), ...values.map((item) => valueName(item.fieldId)), PLACE];
  const items = names.map((name) => ({ expression: column(name), as: name }));
  const query: Query = { kind: "select", items, from: { kind: "table", name: table }, where: isIdentified(keys) };
  return { kind: "alias", as: alias, relation: { kind: "query", query } };
}

function pairedItems({ keys, values }: Alignment, isAdded: Expression, isRemoved: Expression): readonly SelectItem[] {
  const isBoth = and(not(isAdded), not(isRemoved));
  const kind = caseWhen(
    [
      { when: isAdded, then: literal("added") },
      { when: isRemoved, then: literal("removed") },
    ],
    literal("modified"),
  );
  return [
    { expression: kind, as: STORED.kind },
    { expression: cast(literal(1), { kind: "bigint" }), as: STORED.copies },
    { expression: not(isAdded), as: STORED.hasOld },
    { expression: not(isRemoved), as: STORED.hasNew },
    { expression: n(PLACE), as: STORED.newPlace },
    ...keys.map(({ fieldId }) => ({ expression: call("coalesce", o(keyName(fieldId)), n(keyName(fieldId))), as: STORED.key(fieldId) })),
    ...values.flatMap((item) => [
      { expression: o(valueName(item.fieldId)), as: STORED.old(item.fieldId) },
      { expression: n(valueName(item.fieldId)), as: STORED.new(item.fieldId) },
      { expression: and(isBoth, differs(item)), as: STORED.changed(item.fieldId) },
    ]),
  ];
}

/** The rows that differ among those whose key identifies them on both sides. */
function pairedChanges(input: ChangeQueryInput): Query {
  const { keys, values } = input.columns;
  const first = keyName(keys[0]?.fieldId ?? 0);
  const [isAdded, isRemoved] = [isNull(o(first)), isNull(n(first))];
  return {
    kind: "select",
    items: pairedItems(input.columns, isAdded, isRemoved),
    from: {
      kind: "join",
      join: input.missingAreRemoved ? "full" : "right",
      left: sideOf(OLD, "o", input),
      right: sideOf(NEW, "n", input),
      on: and(...keys.map(({ fieldId }) => compare(o(keyName(fieldId)), "=", n(keyName(fieldId))))),
    },
    where: or(isAdded, isRemoved, ...values.map(differs)),
  };
}

function storedNames({ keys, values }: Alignment): readonly string[] {
  const { kind, copies, hasOld, hasNew, newPlace } = STORED;
  const cells = values.flatMap(({ fieldId }) => [STORED.old(fieldId), STORED.new(fieldId), STORED.changed(fieldId)]);
  return [kind, copies, hasOld, hasNew, newPlace, ...keys.map(({ fieldId }) => STORED.key(fieldId)), ...cells];
}

/** The order of a change set: rows with a key in its order; rows compared whole in that of their values. */
export function changeOrder({ keys, values }: Alignment): readonly Expression[] {
  const places = [column(STORED.kind), column(STORED.hasOld), column(STORED.newPlace)];
  if (keys.length > 0) return [...keys.map(({ fieldId }) => column(STORED.key(fieldId))), ...places];
  const either = ({ fieldId, type }: ComparedColumn): Expression =>
    comparable(type, call("coalesce", column(STORED.old(fieldId)), column(STORED.new(fieldId))));
  return [...values.map(either), ...places];
}

/** The change set: one row per change, in the order in which it is stored and paged. */
export function changeQuery(input: ChangeQueryInput): Query {
  const hasKeys = input.columns.keys.length > 0;
  const queries = [...(hasKeys ? [pairedChanges(input)] : []), ...(!hasKeys || input.hasFaults ? [wholeRowChanges(input)] : [])];
  const [only] = queries;
  return {
    kind: "select",
    items: storedNames(input.columns).map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: only !== undefined && queries.length === 1 ? only : { kind: "unionAll", queries } },
    orderBy: changeOrder(input.columns).map((expression) => ({ expression, direction: "asc" })),
  };
}
