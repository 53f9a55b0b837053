import { type ConfigSchema, type ConfigValues, type JsonValue, KEPT_SECRET } from "@granary/protocol";
import { fieldsOf, isKeptSecret, isObject } from "./shape.ts";

/** Secrets by their path, such as `auth.password`. */
export type Secrets = Readonly<Record<string, string>>;

function walk(schema: ConfigSchema, value: ConfigValues, path: string, change: (field: JsonValue, path: string) => JsonValue | undefined): ConfigValues {
  const fields = fieldsOf(schema, value);
  const kept: Record<string, JsonValue> = {};
  for (const [name, own] of Object.entries(value)) {
    const field = fields[name];
    const at = path === "" ? name : `${path}.${name}`;
    const next = field?.secret === true ? change(own, at) : field?.type === "object" && isObject(own) ? walk(field, own, at, change) : own;
    if (next !== undefined) kept[name] = next;
  }
  return kept;
}

/** Takes the secrets out of settings; `{"secret": true}` takes those that were kept before. Names what was to be kept and is not there. */
export function splitSecrets(
  schema: ConfigSchema,
  config: ConfigValues,
  before: Secrets,
): { readonly config: ConfigValues; readonly secrets: Secrets; readonly missing: readonly string[] } {
  const secrets: Record<string, string> = {};
  const missing: string[] = [];
  const open = walk(schema, config, "", (value, path) => {
    if (isKeptSecret(value)) {
      const old = before[path];
      if (old === undefined) missing.push(path);
      else secrets[path] = old;
    } else if (typeof value === "string" && value !== "") secrets[path] = value;
    return undefined;
  });
  return { config: open, secrets, missing };
}

function insert(target: Record<string, JsonValue>, path: readonly string[], value: JsonValue): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) target[name] = value;
  else {
    const inner = isObject(target[name]) ? { ...target[name] } : {};
    insert(inner, rest, value);
    target[name] = inner;
  }
}

/** Puts secrets back where they belong. */
export function mergeSecrets(config: ConfigValues, secrets: Secrets): ConfigValues {
  const merged: Record<string, JsonValue> = { ...config };
  for (const [path, secret] of Object.entries(secrets)) insert(merged, path.split("."), secret);
  return merged;
}

/** Settings as they are shown: `{"secret": true}` where a secret is kept. */
export function maskSecrets(config: ConfigValues, paths: readonly string[]): ConfigValues {
  const masked: Record<string, JsonValue> = { ...config };
  for (const path of paths) insert(masked, path.split("."), KEPT_SECRET);
  return masked;
}
