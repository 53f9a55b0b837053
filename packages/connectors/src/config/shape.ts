import type { ConfigSchema, ConfigValues, JsonValue } from "@granary/protocol";

type Fields = Readonly<Record<string, JsonValue>>;

export const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value stands for a secret that is kept. */
export const isKeptSecret = (value: unknown): boolean => isObject(value) && value.secret === true && Object.keys(value).length === 1;

const isGiven = (value: JsonValue | undefined): boolean => value !== undefined && value !== null && value !== "";

/** The choice a value belongs to: the one whose constants it has, or the first when it has none yet. */
export function branchOf(schema: ConfigSchema, value: unknown): ConfigSchema | undefined {
  const branches = schema.oneOf ?? [];
  if (!isObject(value)) return branches[0];
  const fits = (branch: ConfigSchema): boolean =>
    Object.entries(branch.properties ?? {}).every(([name, field]) => field.const === undefined || value[name] === field.const);
  return branches.find(fits);
}

/** Fields of an object and those of the choice that was made in it. */
export function fieldsOf(schema: ConfigSchema, value: unknown): Readonly<Record<string, ConfigSchema>> {
  return { ...schema.properties, ...branchOf(schema, value)?.properties };
}

export function requiredOf(schema: ConfigSchema, value: unknown): readonly string[] {
  return [...(schema.required ?? []), ...(branchOf(schema, value)?.required ?? [])];
}

/** Whether a field is asked for, by the values of its siblings. */
export function isAsked(field: ConfigSchema, siblings: Fields): boolean {
  const { showWhen } = field;
  return showWhen === undefined || showWhen.in.includes(siblings[showWhen.field] ?? null);
}

type SchemaFields = Readonly<Record<string, ConfigSchema>>;

/** Values of fields that were left out: constants and defaults. */
function fallbacks(fields: SchemaFields, given: ConfigValues): ConfigValues {
  const found = Object.entries(fields).flatMap(([name, field]): [string, JsonValue][] => {
    const value = field.const ?? field.default;
    return isGiven(given[name]) || value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

function filledField(field: ConfigSchema, value: JsonValue | undefined): JsonValue | undefined {
  if (field.type !== "object") return isGiven(value) ? value : undefined;
  const hasFields = field.oneOf !== undefined || field.properties !== undefined;
  return isObject(value) || hasFields ? withDefaults(field, isObject(value) ? value : {}) : undefined;
}

/** Settings with the defaults of what was left out; fields that are not asked for and empty ones are gone. */
export function withDefaults(schema: ConfigSchema, value: ConfigValues): ConfigValues {
  const own = { ...value, ...fallbacks(schema.properties ?? {}, value) };
  const branch = branchOf(schema, own) ?? schema.oneOf?.[0];
  const given = { ...own, ...fallbacks(branch?.properties ?? {}, own) };
  const filled = Object.entries(fieldsOf(schema, given)).map(
    ([name, field]) => [name, isAsked(field, given) ? filledField(field, given[name]) : undefined] as const,
  );
  return Object.fromEntries(filled.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}
