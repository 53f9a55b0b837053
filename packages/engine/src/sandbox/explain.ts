import { isNode, textOf } from "./tree.ts";
import type { PlanStep } from "./types.ts";

const HIDDEN_DETAILS: ReadonlySet<string> = new Set(["Estimated Cardinality", "Table", "Type", "Table Index", "CTE Index", "Function"]);

/** Statistics of the empty stand-ins would cut away most of the plan. */
export const PLAN_SETTINGS = "SET disabled_optimizers = 'statistics_propagation,compressed_materialization,empty_result_pullup'";

function detailsOf(info: unknown): Readonly<Record<string, string>> {
  if (!isNode(info)) return {};
  const shown = Object.entries(info).filter(([name]) => !HIDDEN_DETAILS.has(name));
  return Object.fromEntries(shown.map(([name, value]) => [name, Array.isArray(value) ? value.map(textOf).join(", ") : String(value)]));
}

/** A plan as the engine tells it in JSON, with the person's table names. */
export function readPlan(value: unknown, keys: readonly string[]): readonly PlanStep[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isNode).map((step) => {
    const index = isNode(step["extra_info"]) ? /granary_relation_(\d+)$/.exec(textOf(step["extra_info"]["Table"]))?.[1] : undefined;
    const table = index === undefined ? undefined : keys[Number(index)];
    return {
      operator: textOf(step["name"]).trim(),
      ...(table === undefined ? {} : { table }),
      details: detailsOf(step["extra_info"]),
      inputs: readPlan(step["children"], keys),
    };
  });
}
