import type { JsonValue, Row } from "@granary/engine";
import type { ResultColumn } from "./result-columns.ts";

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Whole numbers and decimals come as exact texts, and are numbers in JSON all the same. */
function valueText(value: JsonValue, { type }: ResultColumn): string {
  const isExactText = typeof value === "string" && (type === "integer" || type === "decimal") && NUMBER.test(value);
  return isExactText ? value : JSON.stringify(value);
}

/** Rows as JSON objects: one per line, or as one array. */
export async function* jsonLines(columns: readonly ResultColumn[], batches: AsyncIterable<readonly Row[]>, layout: "lines" | "array"): AsyncGenerator<string> {
  const keys = columns.map(({ name }) => JSON.stringify(name));
  const objectOf = (row: Row): string => `{${columns.map((column, index) => `${keys[index]}:${valueText(row[index] ?? null, column)}`).join(",")}}`;
  const isArray = layout === "array";
  let separator = isArray ? "[\n" : "";
  for await (const rows of batches) {
    yield separator + rows.map(objectOf).join(isArray ? ",\n" : "\n");
    separator = isArray ? ",\n" : "\n";
  }
  if (!isArray) yield separator;
  else yield separator === "[\n" ? "[]\n" : "\n]\n";
}
