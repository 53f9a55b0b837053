import type { JsonValue } from "@granary/protocol";

/** Values of parameters as callers send them. */
export type GivenValues = Readonly<Record<string, JsonValue>>;

/** Values as the text that casts read; lists and objects as JSON. */
export function parameterTexts(values: GivenValues): Record<string, string | null> {
  const textOf = (value: JsonValue): string | null => {
    if (value === null || typeof value === "string") return value;
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}
