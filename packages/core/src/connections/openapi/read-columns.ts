import type { GraphColumn, GraphType } from "@granary/protocol";
import { type Description, isNode, type Node } from "./parse-description.ts";

const MAX_COLUMNS = 1_000;
const MAX_DEPTH = 10;

const FORMATS: Readonly<Record<string, GraphType>> = { date: "date", "date-time": "timestamptz", uuid: "uuid" };

function typeName({ type }: Node): string | undefined {
  const names = Array.isArray(type) ? (type as readonly unknown[]).filter((name) => name !== "null") : [type];
  return typeof names[0] === "string" && names.length === 1 ? names[0] : undefined;
}

function graphTypeOf(schema: Node | undefined): GraphType {
  if (schema === undefined) return "text";
  if (typeof schema.format === "string" && FORMATS[schema.format] !== undefined) return FORMATS[schema.format] ?? "text";
  switch (typeName(schema)) {
    case "integer":
      return "integer";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "object":
    case "array":
      return "json";
    default:
      return isNode(schema.properties) || schema.allOf !== undefined ? "json" : "text";
  }
}

/** Properties of an object, those of its parts among them. */
export function propertiesOf(description: Description, value: unknown, depth = 0): ReadonlyMap<string, Node | undefined> {
  const schema = description.at(value);
  const found = new Map<string, Node | undefined>();
  if (schema === undefined || depth > MAX_DEPTH) return found;
  for (const part of Array.isArray(schema.allOf) ? (schema.allOf as readonly unknown[]) : [])
    for (const [name, property] of propertiesOf(description, part, depth + 1)) found.set(name, property);
  if (isNode(schema.properties)) for (const [name, property] of Object.entries(schema.properties)) found.set(name, description.at(property));
  return found;
}

export const isList = (schema: Node | undefined): boolean => schema !== undefined && typeName(schema) === "array";

/** The columns records of a schema have. */
export function columnsOf(description: Description, items: unknown): readonly GraphColumn[] {
  return [...propertiesOf(description, items)].slice(0, MAX_COLUMNS).map(([name, schema]) => ({ name, type: graphTypeOf(schema) }));
}
