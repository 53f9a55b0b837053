import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";

/** Where a value is: names of fields and places in lists. */
export type Path = readonly (string | number)[];

export const pathText = (path: Path): string => path.join(".");

export const isObject = (value: JsonValue | undefined): value is ConfigValues => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is a secret that is kept elsewhere and stays as it is. */
export const isKept = (value: JsonValue | undefined): boolean => isObject(value) && value["secret"] === true && Object.keys(value).length === 1;

/** The property that tells the choices of a `oneOf` apart: the one with a `const` in each. */
export function discriminatorOf(schema: ConfigSchema): string | undefined {
  const [first, ...others] = schema.oneOf ?? [];
  return Object.keys(first?.properties ?? {}).find((name) =>
    [first, ...others].every((branch) => branch?.properties?.[name] !== undefined && branch.properties[name].const !== undefined),
  );
}

/** The choice a value has made; the first where it has made none. */
export function branchOf(schema: ConfigSchema, value: JsonValue | undefined): ConfigSchema | undefined {
  const name = discriminatorOf(schema);
  const branches = schema.oneOf ?? [];
  if (name === undefined || !isObject(value)) return branches[0];
  return branches.find((branch) => branch.properties?.[name]?.const === value[name]) ?? branches[0];
}

/** Everything asked for in an object: its own fields and those of the choice it has made. */
export function propertiesOf(schema: ConfigSchema, value: JsonValue | undefined): Readonly<Record<string, ConfigSchema>> {
  return { ...schema.properties, ...(schema.oneOf === undefined ? {} : branchOf(schema, value)?.properties) };
}

export function requiredOf(schema: ConfigSchema, value: JsonValue | undefined): ReadonlySet<string> {
  return new Set([...(schema.required ?? []), ...(schema.oneOf === undefined ? [] : (branchOf(schema, value)?.required ?? []))]);
}

/** Whether a field is asked for, going by its sibling's value. */
export function isAsked(schema: ConfigSchema, siblings: ConfigValues): boolean {
  if (schema.hidden === true || schema.const !== undefined) return false;
  const { showWhen } = schema;
  return showWhen === undefined || showWhen.in.some((value) => value === (siblings[showWhen.field] ?? null));
}

/** What a value is before anybody touched it: defaults, first choices, and nothing for the rest. */
export function startValue(schema: ConfigSchema): JsonValue | undefined {
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.type === "object" && (schema.properties !== undefined || schema.oneOf !== undefined)) return startObject(schema);
  return undefined;
}

function startObject(schema: ConfigSchema): ConfigValues {
  const entries = Object.entries(propertiesOf(schema, undefined)).map(([name, field]) => [name, startValue(field)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as ConfigValues;
}

/** The values a form begins with: what is stored, and defaults where nothing is. */
export function startValues(schema: ConfigSchema, stored: ConfigValues = {}): ConfigValues {
  const isNested = (name: string) => isObject(stored[name]) && !isKept(stored[name]);
  const filled: [string, JsonValue | undefined][] = Object.entries(propertiesOf(schema, stored)).map(([name, field]) => {
    if (stored[name] === undefined) return [name, startValue(field)];
    return [name, isNested(name) && field.type === "object" ? startValues(field, stored[name] as ConfigValues) : stored[name]];
  });
  return { ...stored, ...Object.fromEntries(filled.filter(([, value]) => value !== undefined)) } as ConfigValues;
}

/** The values after another choice of a `oneOf`: what both choices ask for stays, the rest begins anew. */
export function chosen(schema: ConfigSchema, branch: ConfigSchema, before: ConfigValues): ConfigValues {
  const kept = Object.keys(schema.properties ?? {}).filter((name) => before[name] !== undefined);
  const shared = Object.entries(branch.properties ?? {}).filter(([name, { const: fixed }]) => fixed === undefined && before[name] !== undefined);
  const stored = Object.fromEntries([...kept, ...shared.map(([name]) => name)].map((name) => [name, before[name] as JsonValue]));
  const { oneOf: _, ...own } = schema;
  return startValues({ ...own, properties: { ...own.properties, ...branch.properties } }, stored);
}

/** A copy with another value at a place; undefined takes the field away. */
export function withValue(values: ConfigValues, path: Path, value: JsonValue | undefined): ConfigValues {
  return placed(values, path, value) as ConfigValues;
}

function placed(node: JsonValue | undefined, [head, ...rest]: Path, value: JsonValue | undefined): JsonValue | undefined {
  if (head === undefined) return value;
  if (typeof head === "number") {
    const list = Array.isArray(node) ? [...(node as readonly JsonValue[])] : [];
    list[head] = placed(list[head], rest, value) ?? null;
    return list;
  }
  const { [head]: before, ...others } = isObject(node) ? node : {};
  const after = placed(before, rest, value);
  if (after === undefined) return others;
  // Fields keep their order when one of them changes.
  return isObject(node) && head in node
    ? Object.fromEntries(Object.entries(node).map(([name, old]) => [name, name === head ? after : old]))
    : { ...others, [head]: after };
}

/** What is sent: only what is asked for, without what is empty. A secret that was taken away goes as null. */
export function sentValues(schema: ConfigSchema, values: ConfigValues): ConfigValues {
  const entries = Object.entries(propertiesOf(schema, values)).flatMap(([name, field]): [string, JsonValue][] => {
    const value = values[name];
    const isFixed = field.const !== undefined || field.hidden === true;
    if (value === undefined || (!isFixed && !isAsked(field, values))) return [];
    const sent = sentValue(field, value);
    return sent === undefined ? [] : [[name, sent]];
  });
  return Object.fromEntries(entries);
}

function sentValue(schema: ConfigSchema, value: JsonValue): JsonValue | undefined {
  if (schema.secret === true) return value === "" ? undefined : value;
  if (value === "" || value === null) return undefined;
  if (schema.type === "object" && isObject(value) && (schema.properties ?? schema.oneOf) !== undefined) return sentValues(schema, value);
  if (schema.type === "array" && Array.isArray(value)) {
    const { items } = schema;
    return value.flatMap((item: JsonValue) => (items === undefined ? [item] : (sentValue(items, item) ?? [])));
  }
  return value;
}
