import { cast, type EngineSession, literal, type Query, type RowSet, type SelectQuery } from "@granary/engine";
import { plannedSelect } from "./planned-query.ts";
import type { CheckedPlan } from "./read-plan.ts";

/** The plan's view of a table without files: no rows, but the right columns. */
export function plannedNothing(checked: CheckedPlan): SelectQuery {
  const items = checked.fields.map((field) => ({ expression: cast(literal(null), field.type), as: field.name }));
  const nothing: Query = { kind: "select", items, from: { kind: "sequence", length: 0 } };
  return { ...plannedSelect(checked, []), from: { kind: "query", query: nothing } };
}

/** Runs the plan over no rows, which still tells the types of its masks. */
export function emptyAnswer(session: EngineSession, checked: CheckedPlan): Promise<RowSet> {
  return session.run({ kind: "query", query: plannedNothing(checked) });
}
