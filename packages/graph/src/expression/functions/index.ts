import { AGGREGATE_ENTRIES, WINDOW_ENTRIES } from "./aggregates.ts";
import type { FunctionEntry } from "./entry.ts";
import { NESTED_ENTRIES } from "./nested.ts";
import { CHOICE_ENTRIES, NUMBER_ENTRIES } from "./numbers.ts";
import { CODING_ENTRIES, PATTERN_ENTRIES, TEXT_ENTRIES } from "./text.ts";
import { TIME_ENTRIES } from "./times.ts";

/** Every function of the pipeline language, by category. */
export const FUNCTION_LIBRARY: readonly FunctionEntry[] = [
  ...TEXT_ENTRIES,
  ...PATTERN_ENTRIES,
  ...NUMBER_ENTRIES,
  ...CHOICE_ENTRIES,
  ...TIME_ENTRIES,
  ...NESTED_ENTRIES,
  ...CODING_ENTRIES,
  ...AGGREGATE_ENTRIES,
  ...WINDOW_ENTRIES,
];

const BY_NAME: ReadonlyMap<string, FunctionEntry> = new Map(FUNCTION_LIBRARY.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])));

/** The function of a name or another name of it, in small letters. */
export const findFunction = (name: string): FunctionEntry | undefined => BY_NAME.get(name);

/** All names that functions go by. */
export const FUNCTION_NAMES: readonly string[] = [...BY_NAME.keys()];

export { FUNCTION_SAMPLE } from "./aggregates.ts";
export type { FunctionEntry, FunctionParameter, ParameterType } from "./entry.ts";
