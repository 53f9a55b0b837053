import { isList, isObject, type Node, NumberText, toJson } from "./node.ts";
import type { Plan } from "./shape.ts";

/** The text of a scalar, or the JSON of anything else. */
export const scalarText = (node: Exclude<Node, null>): string => {
  if (typeof node === "string") return node;
  return node instanceof NumberText ? node.text : toJson(node);
};

/** A value as the engine reads it by its plan: every scalar is a JSON string, so that no number passes through a double. */
export function encode(node: Node, plan: Plan): string {
  if (node === null) return "null";
  if (plan.kind === "json") return JSON.stringify(toJson(node));
  if (plan.kind === "list") return encodeList(node, plan);
  if (plan.kind === "struct") {
    if (!isObject(node)) return "null";
    return `{${[...node].map(([key, value]) => `${JSON.stringify(plan.names.get(key) ?? key)}:${encode(value, plan.fields.get(key) as Plan)}`).join(",")}}`;
  }
  return JSON.stringify(scalarText(node));
}

function encodeList(node: Exclude<Node, null>, plan: Extract<Plan, { kind: "list" }>): string {
  const nodes = isList(node) ? node : plan.wrapsSingle ? [node] : [];
  return `[${nodes.map((item) => encode(item, plan.element)).join(",")}]`;
}
