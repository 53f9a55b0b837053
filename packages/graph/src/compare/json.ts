export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Fields that tell the entries of a list apart, the first that all have. */
const KEYS = ["id", "name", "to", "column", "from", "left"] as const;

const keyed = (list: readonly Json[], field: string): readonly string[] | undefined => {
  const keys = list.map((entry) => (isObject(entry) && typeof entry[field] === "string" ? (entry[field] as string) : undefined));
  const found = keys.filter((key) => key !== undefined);
  return found.length === list.length && new Set(found).size === list.length ? found : undefined;
};

/** The field by which the entries of lists are told apart, undefined for lists of other things. */
export function keyFieldOf(...lists: readonly (readonly Json[])[]): string | undefined {
  if (lists.every((list) => list.length === 0)) return undefined;
  return KEYS.find((field) => lists.every((list) => keyed(list, field) !== undefined));
}

/** A list's entries by what tells them apart. */
export const byKey = (list: readonly Json[], field: string): ReadonlyMap<string, Json> =>
  new Map(list.map((entry) => [String((entry as JsonObject)[field]), entry]));
