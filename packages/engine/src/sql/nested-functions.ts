import { scalar, type FunctionShape } from "./function-shape.ts";

export const JSON_FUNCTIONS = {
  json_array_length: scalar("text", "text?"),
  json_contains: scalar("text", "text"),
  /** The part a path such as `$.a[0]` leads to, as JSON. */
  json_extract: scalar("text", "text"),
  json_is_valid: scalar("text"),
  json_keys: scalar("text", "text?"),
  /** The part a path leads to: a text without its quotes, anything else as JSON. */
  json_text: scalar("text", "text"),
  /** The value of a JSON text in a structure such as `{"a": "INTEGER", "b": ["VARCHAR"]}`; null where it is no such value. */
  json_parse: scalar("text", "text"),
  json_type: scalar("text", "text?"),
  to_json: scalar("any"),
} as const satisfies Record<string, FunctionShape>;

export const LIST_FUNCTIONS = {
  list_any_value: scalar("list"),
  list_append: scalar("list", "any"),
  list_avg: scalar("list"),
  list_concat: scalar("list", "list", "list*"),
  list_contains: scalar("list", "any"),
  /** Without null elements. */
  list_count: scalar("list"),
  list_distinct: scalar("list"),
  /** One-based, from the end when negative; null when it is not there. */
  list_element: scalar("list", "number"),
  list_flatten: scalar("list"),
  list_has_all: scalar("list", "list"),
  list_has_any: scalar("list", "list"),
  list_intersect: scalar("list", "list"),
  list_join: scalar("list", "text"),
  list_length: scalar("list"),
  list_max: scalar("list"),
  list_median: scalar("list"),
  list_min: scalar("list"),
  list_of: scalar("any*"),
  list_position: scalar("list", "any"),
  list_prepend: scalar("any", "list"),
  list_reverse: scalar("list"),
  /** First and last place, one-based, both included. */
  list_slice: scalar("list", "number", "number"),
  list_sort: scalar("list"),
  list_sort_descending: scalar("list"),
  list_sum: scalar("list"),
} as const satisfies Record<string, FunctionShape>;

export const MAP_FUNCTIONS = {
  map_concat: scalar("map", "map", "map*"),
  map_contains: scalar("map", "any"),
  /** Null when the key is not there. */
  map_element: scalar("map", "any"),
  /** A list of structs of `key` and `value`. */
  map_entries: scalar("map"),
  map_from_entries: scalar("list"),
  map_keys: scalar("map"),
  map_length: scalar("map"),
  /** From a list of keys and a list of as many values. */
  map_of: scalar("list", "list"),
  map_values: scalar("map"),
} as const satisfies Record<string, FunctionShape>;
