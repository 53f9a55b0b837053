import { and, call, caseWhen, column, compare, type EngineSession, type Expression, isNull, literal, not, type Query } from "@granary/engine";
import { MATCHED, UNCHANGED } from "./match-rows.ts";
import type { UpsertMode } from "./types.ts";
import { GONE, SOURCE, SOURCE_ROW } from "./upsert-source.ts";

/** A table of the session: what becomes of each row of the source. */
export const ACTIONS = "granary_actions";
export const ACTION = "granary_action";

/** `remove`: its counterparts go; `replace`: they go and the row comes; `same` and `ignore`: nothing. */
export type Action = "add" | "replace" | "remove" | "same" | "ignore";

export type ActionCounts = Readonly<Record<Action, number>>;

const IS_KNOWN = not(isNull(column(SOURCE_ROW, "m")));
const IS_SAME = not(isNull(column(SOURCE_ROW, "u")));
const IS_GONE = column(GONE, "s");

const when = (condition: Expression, action: Action): { readonly when: Expression; readonly then: Expression } => ({ when: condition, then: literal(action) });

/** The first that applies; what none applies to is ignored. */
const RULES: Readonly<Record<UpsertMode, readonly ReturnType<typeof when>[]>> = {
  upsert: [when(and(IS_GONE, IS_KNOWN), "remove"), when(IS_GONE, "ignore"), when(not(IS_KNOWN), "add"), when(IS_SAME, "same"), when(IS_KNOWN, "replace")],
  "insert-only": [when(and(not(IS_GONE), not(IS_KNOWN)), "add")],
  "update-only": [when(and(IS_GONE, IS_KNOWN), "remove"), when(IS_GONE, "ignore"), when(IS_SAME, "same"), when(IS_KNOWN, "replace")],
  delete: [when(IS_KNOWN, "remove")],
};

const isRow = (alias: string): Expression => compare(column(SOURCE_ROW, "s"), "=", column(SOURCE_ROW, alias));

function actionsQuery(mode: UpsertMode): Query {
  const known: Query = { kind: "select", distinct: true, items: [{ expression: column(SOURCE_ROW), as: SOURCE_ROW }], from: { kind: "table", name: MATCHED } };
  return {
    kind: "select",
    items: [
      { expression: column(SOURCE_ROW, "s"), as: SOURCE_ROW },
      { expression: caseWhen(RULES[mode], literal("ignore")), as: ACTION },
    ],
    from: {
      kind: "join",
      join: "left",
      left: {
        kind: "join",
        join: "left",
        left: { kind: "alias", as: "s", relation: { kind: "table", name: SOURCE } },
        right: { kind: "alias", as: "m", relation: { kind: "query", query: known } },
        on: isRow("m"),
      },
      right: { kind: "alias", as: "u", relation: { kind: "table", name: UNCHANGED } },
      on: isRow("u"),
    },
  };
}

/** Decides for every row of the source what becomes of it, and counts. */
export async function decideActions(session: EngineSession, mode: UpsertMode): Promise<ActionCounts> {
  await session.run({ kind: "createTable", name: ACTIONS, query: actionsQuery(mode) });
  const { rows } = await session.run({
    kind: "query",
    query: {
      kind: "select",
      items: [
        { expression: column(ACTION), as: ACTION },
        { expression: call("count_rows"), as: "rows" },
      ],
      from: { kind: "table", name: ACTIONS },
      groupBy: [column(ACTION)],
    },
  });
  const counts = { add: 0, replace: 0, remove: 0, same: 0, ignore: 0 };
  for (const [action, count] of rows) counts[String(action) as Action] = Number(count);
  return counts;
}
