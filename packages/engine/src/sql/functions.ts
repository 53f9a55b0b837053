import { AGGREGATES, WINDOW_FUNCTIONS } from "./aggregate-functions.ts";
import type { FunctionShape } from "./function-shape.ts";
import { JSON_FUNCTIONS, LIST_FUNCTIONS, MAP_FUNCTIONS } from "./nested-functions.ts";
import { ANY_FUNCTIONS, NUMBER_FUNCTIONS, TEXT_FUNCTIONS, TIME_FUNCTIONS } from "./value-functions.ts";

/** The functions expressions may call. Anything else is refused before a statement is printed. */
export const FUNCTIONS = {
  ...TEXT_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...ANY_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...AGGREGATES,
  ...WINDOW_FUNCTIONS,
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;
