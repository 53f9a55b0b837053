import type { JsonSchema, Operation } from "../../api/reference.ts";
import { resolveSchema } from "./schema-view.tsx";

type Schemas = Readonly<Record<string, JsonSchema>>;

const DEEPEST = 5;
const BY_FORMAT: Readonly<Record<string, string>> = { email: "ada@example.org", "date-time": "2026-09-01T08:00:00Z" };

function sampleScalar(schema: JsonSchema): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  if (type === "null") return null;
  return BY_FORMAT[schema.format ?? ""] ?? "text";
}

/** A value the schema itself names, undefined when it names none. */
function namedValue({ default: preset, const: only, enum: values }: JsonSchema): unknown {
  return preset ?? only ?? values?.[0];
}

/** A value that fits a schema, to begin typing from. Optional properties are left out. */
function sampleOf(schema: JsonSchema, schemas: Schemas, depth = 0): unknown {
  const { schema: real } = resolveSchema(schema, schemas);
  const named = namedValue(real);
  if (named !== undefined) return named;
  const choice = (real.anyOf ?? real.oneOf)?.[0];
  if (choice !== undefined) return sampleOf(choice, schemas, depth + 1);
  if (depth > DEEPEST) return null;
  if (real.type === "array") return [sampleOf(real.items ?? {}, schemas, depth + 1)];
  return real.properties === undefined ? sampleScalar(real) : sampleObject(real, schemas, depth);
}

function sampleObject(real: JsonSchema, schemas: Schemas, depth: number): unknown {
  const properties = Object.entries(real.properties ?? {});
  const required = properties.filter(([name]) => real.required?.includes(name) === true);
  const shown = required.length > 0 ? required : properties.slice(0, 1);
  return Object.fromEntries(shown.map(([name, property]) => [name, sampleOf(property, schemas, depth + 1)]));
}

/** The JSON body to begin from, undefined for operations without one. */
export function sampleBody(operation: Operation, schemas: Schemas): string | undefined {
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  return schema === undefined ? undefined : JSON.stringify(sampleOf(schema, schemas), undefined, 2);
}
