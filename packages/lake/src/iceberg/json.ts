import type { Long } from "./types.ts";

/** Parses JSON keeping integers beyond 2^53 exact, as bigints: snapshot ids of other writers have 63 bits. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const source = context?.source ?? "";
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

/** Part of the runtime (ES2025) but not of the compiler's library yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

/** Writes JSON with bigints as plain integers. */
export function printExactJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? rawJson(item.toString()) : item));
}

/** Whether two 64-bit integers are equal whatever their JavaScript types. */
export const isSameLong = (left: Long | undefined, right: Long | undefined): boolean =>
  left !== undefined && right !== undefined && (left === right || (typeof left !== typeof right && BigInt(left) === BigInt(right)));
