import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";
import { fieldsOf, isObject, withDefaults } from "./shape.ts";

export interface EffectiveSetting {
  readonly path: string;
  readonly title: string;
  readonly value: string;
  readonly isDefault: boolean;
  readonly isSecret: boolean;
}

const MASK = "••••••••";

function textOf(field: ConfigSchema, value: JsonValue): string {
  const place = field.enum?.indexOf(value) ?? -1;
  const title = field.enumTitles?.[place];
  if (title !== undefined) return title;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listSettings(schema: ConfigSchema, filled: ConfigValues, given: ConfigValues, path: string): readonly EffectiveSetting[] {
  const fields = Object.entries(fieldsOf(schema, filled)).toSorted(([, left], [, right]) => (left.order ?? Infinity) - (right.order ?? Infinity));
  return fields.flatMap(([name, field]) => {
    const value = filled[name];
    const at = path === "" ? name : `${path}.${name}`;
    if (value === undefined || field.hidden === true) return [];
    const own = given[name];
    if (field.secret === true) return [{ path: at, title: field.title ?? name, value: MASK, isDefault: false, isSecret: true }];
    if (field.type === "object" && isObject(value)) return listSettings(field, value, isObject(own) ? own : {}, at);
    return [{ path: at, title: field.title ?? name, value: textOf(field, value), isDefault: own === undefined, isSecret: false }];
  });
}

/** What a connector will use: defaults filled in, secrets masked. Kept secrets stand as `{"secret": true}`. */
export function effectiveSettings(schema: ConfigSchema, config: ConfigValues): readonly EffectiveSetting[] {
  return listSettings(schema, withDefaults(schema, config), config, "");
}
