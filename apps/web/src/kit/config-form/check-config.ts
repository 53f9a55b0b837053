import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";
import { isAsked, isKept, isObject, type Path, pathText, propertiesOf, requiredOf } from "./config-values.ts";
import { titleOf } from "./field-order.ts";

/** Something wrong with one field, by its path: `auth.password`, `headers.0.name`. */
export interface ConfigIssue {
  readonly path: string;
  readonly message: string;
}

const isEmpty = (value: JsonValue | undefined): boolean => value === undefined || value === null || value === "";

/** Everything the schema finds wrong, each at its field. The server checks again; this answers before anything is sent. */
export function checkConfig(schema: ConfigSchema, values: ConfigValues): readonly ConfigIssue[] {
  return checkObject(schema, values, []);
}

function checkObject(schema: ConfigSchema, values: ConfigValues, path: Path): ConfigIssue[] {
  const required = requiredOf(schema, values);
  return Object.entries(propertiesOf(schema, values)).flatMap(([name, field]) => {
    if (!isAsked(field, values)) return [];
    const [value, at] = [values[name], [...path, name]];
    const isMissing = isEmpty(value) || (field.type === "array" && Array.isArray(value) && value.length === 0 && required.has(name));
    if (isMissing) return required.has(name) ? [{ path: pathText(at), message: missing(name, field) }] : [];
    return checkValue(field, value as JsonValue, at);
  });
}

function missing(name: string, schema: ConfigSchema): string {
  const title = titleOf(name, schema);
  const isAbbreviation = /^[A-Z]{2}/.test(title);
  const lower = isAbbreviation ? title : `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  if (schema.type === "array") return "Add at least one.";
  return schema.enum === undefined ? `Enter the ${lower}.` : `Choose the ${lower}.`;
}

function checkValue(schema: ConfigSchema, value: JsonValue, path: Path): ConfigIssue[] {
  const said = (message: string | undefined): ConfigIssue[] => (message === undefined ? [] : [{ path: pathText(path), message }]);
  if (schema.secret === true && isKept(value)) return [];
  if (schema.enum !== undefined) return said(schema.enum.includes(value) ? undefined : "Choose one of the values offered.");
  switch (schema.type) {
    case "object":
      return isObject(value) ? checkObject(schema, value, path) : said("Write a JSON object, such as {}.");
    case "array":
      return checkList(schema, value, path);
    case "integer":
    case "number":
      return said(numberFault(schema, value));
    default:
      return said(plainFault(schema, value));
  }
}

function plainFault(schema: ConfigSchema, value: JsonValue): string | undefined {
  if (schema.type === "boolean") return typeof value === "boolean" ? undefined : "Say yes or no.";
  return typeof value === "string" ? textFault(schema, value) : "Write a text.";
}

function checkList(schema: ConfigSchema, value: JsonValue, path: Path): ConfigIssue[] {
  if (!Array.isArray(value)) return [{ path: pathText(path), message: "Write a list." }];
  const list = value as readonly JsonValue[];
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  const own = list.length < minItems ? `Add at least ${minItems}.` : list.length > maxItems ? `Leave at most ${maxItems}.` : undefined;
  const inner = list.flatMap((item, index) => {
    const at = [...path, index];
    if (items === undefined) return [];
    if (isEmpty(item)) return items.type === "object" ? checkObject(items, {}, at) : [{ path: pathText(at), message: "Fill this in, or take it away." }];
    return checkValue(items, item, at);
  });
  return [...(own === undefined ? [] : [{ path: pathText(path), message: own }]), ...inner];
}

function numberFault({ type, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: ConfigSchema, value: JsonValue): string | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return "Write a number.";
  if (type === "integer" && !Number.isInteger(value)) return "Write a whole number.";
  if (value >= minimum && value <= maximum) return undefined;
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) return `Write a number from ${minimum} to ${maximum}.`;
  return value < minimum ? `Write a number of at least ${minimum}.` : `Write a number of at most ${maximum}.`;
}

function textFault({ minLength = 0, maxLength, pattern, patternText, format }: ConfigSchema, value: string): string | undefined {
  if (value.length < minLength) return `Write at least ${minLength} characters.`;
  if (maxLength !== undefined && value.length > maxLength) return `Write at most ${maxLength} characters.`;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value))
    return patternText === undefined ? `This must look like ${pattern}.` : asSentence(patternText);
  return format === undefined ? undefined : FORMAT_FAULTS[format](value);
}

/** A message with a capital and a full stop. */
export const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

const HOST =
  /^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.)*[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.?$|^\[?[\da-f:.]*:[\da-f:.]+\]?$/iu;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const isInstant = (text: string): boolean => !Number.isNaN(Date.parse(text));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const FORMAT_FAULTS = {
  uri: (text) => (URL.canParse(text) ? undefined : "Write a whole address, such as https://example.com/data."),
  hostname: (text) => (HOST.test(text) ? undefined : "Write a host name or an IP address, without https:// and without a path."),
  date: (text) => (DAY.test(text) && isInstant(text) ? undefined : "Write a day as 2026-01-31."),
  "date-time": (text) => (/^\d{4}-\d{2}-\d{2}T/.test(text) && isInstant(text) ? undefined : "Write an instant as 2026-01-31T12:00:00Z."),
  json: (text) => (isJson(text) ? undefined : "This is not JSON. Look for a missing quote, comma or bracket."),
} as const satisfies Record<NonNullable<ConfigSchema["format"]>, (text: string) => string | undefined>;
