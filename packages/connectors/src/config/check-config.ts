import type { Issue } from "@granary/kernel";
import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";
import { branchOf, fieldsOf, isAsked, isKeptSecret, isObject, requiredOf } from "./shape.ts";

const HOSTNAME = /^(?=.{1,255}$)[^\s/@:?#]+$|^\[?[0-9a-f:.]+\]?$/i;

function lengthFault({ minLength = 0, maxLength = 100_000 }: ConfigSchema, { length }: string): string | undefined {
  if (length < minLength) return `must have at least ${minLength} characters`;
  return length > maxLength ? `must not have more than ${maxLength} characters` : undefined;
}

function formFault({ pattern, patternText, format }: ConfigSchema, value: string): string | undefined {
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return patternText ?? "has not the right form";
  if (format === "uri" && !URL.canParse(value)) return "must be an address such as https://example.com";
  return format === "hostname" && !HOSTNAME.test(value) ? "must be the name or address of a host alone, such as db.example.com" : undefined;
}

function textFault(schema: ConfigSchema, value: string): string | undefined {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return `must be one of ${schema.enum.join(", ")}`;
  if (schema.const !== undefined && schema.const !== value) return `must be ${String(schema.const)}`;
  return lengthFault(schema, value) ?? formFault(schema, value);
}

function numberFault(schema: ConfigSchema, value: number): string | undefined {
  if (schema.type === "integer" && !Number.isSafeInteger(value)) return "must be a whole number";
  if (schema.minimum !== undefined && value < schema.minimum) return `must be at least ${schema.minimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) return `must be at most ${schema.maximum}`;
  return undefined;
}

const WANTED = { object: "an object", string: "a text", integer: "a whole number", number: "a number", boolean: "true or false", array: "a list" } as const;

function hasType(schema: ConfigSchema, value: JsonValue): boolean {
  switch (schema.type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
    case "number":
      return typeof value === "number";
    default:
      return typeof value === schema.type;
  }
}

function listIssues(schema: ConfigSchema, value: readonly JsonValue[], path: string): readonly Issue[] {
  if (value.length > (schema.maxItems ?? 1_000)) return [{ path, message: `must not have more than ${schema.maxItems ?? 1_000} entries` }];
  if (value.length < (schema.minItems ?? 0)) return [{ path, message: `must have at least ${schema.minItems} entries` }];
  const { items } = schema;
  return items === undefined ? [] : value.flatMap((item, index) => valueIssues(items, item, `${path}.${index}`));
}

function valueIssues(schema: ConfigSchema, value: JsonValue, path: string): readonly Issue[] {
  if (schema.secret === true && isKeptSecret(value)) return [];
  if (!hasType(schema, value)) return [{ path, message: `must be ${WANTED[schema.type]}` }];
  if (isObject(value)) return objectIssues(schema, value, path);
  if (Array.isArray(value)) return listIssues(schema, value, path);
  const message = typeof value === "string" ? textFault(schema, value) : typeof value === "number" ? numberFault(schema, value) : undefined;
  return message === undefined ? [] : [{ path, message }];
}

function objectIssues(schema: ConfigSchema, value: ConfigValues, path: string): readonly Issue[] {
  if (schema.oneOf !== undefined && branchOf(schema, value) === undefined) return [{ path, message: "is none of the choices" }];
  const fields = fieldsOf(schema, value);
  const isOpen = schema.properties === undefined && schema.oneOf === undefined;
  const unknown = isOpen ? [] : Object.keys(value).filter((name) => fields[name] === undefined);
  const missing = requiredOf(schema, value).filter((name) => {
    const field = fields[name];
    return (value[name] === undefined || value[name] === null || value[name] === "") && field !== undefined && isAsked(field, value);
  });
  return [
    ...unknown.map((name) => ({ path: `${path}.${name}`, message: "is no setting of this connector" })),
    ...missing.map((name) => ({ path: `${path}.${name}`, message: "is needed" })),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const own = value[name];
      return own === undefined || own === null || own === "" || !isAsked(field, value) ? [] : valueIssues(field, own, `${path}.${name}`);
    }),
  ];
}

/** Everything that is wrong with settings, by path below `path`; kept secrets count as given. */
export function checkConfig(schema: ConfigSchema, config: ConfigValues, path: string): readonly Issue[] {
  return objectIssues(schema, config, path);
}
