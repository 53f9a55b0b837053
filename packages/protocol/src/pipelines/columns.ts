import { z } from "zod";

/**
 * Types of columns on their way through a pipeline; decimals are `decimal(18,2)`, lists and structs go as `json` until they are flattened.
 * `timestamptz` is an instant, `timestamp` a wall clock.
 */
export const GRAPH_TYPES = ["text", "integer", "number", "boolean", "date", "time", "timestamp", "timestamptz", "uuid", "binary", "json"] as const;
export type GraphTypeName = (typeof GRAPH_TYPES)[number];
export type GraphType = GraphTypeName | `decimal(${number},${number})`;

const DECIMAL = /^decimal\(([1-9]|[12]\d|3[0-8]),(\d|[12]\d|3[0-8])\)$/;

/** Digits and places of a decimal type, undefined for every other type. */
export function decimalOf(type: string): { readonly precision: number; readonly scale: number } | undefined {
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  if (precision === undefined || scale === undefined || Number(scale) > Number(precision)) return undefined;
  return { precision: Number(precision), scale: Number(scale) };
}

export const graphType = z
  .string()
  .refine(
    (type) => (GRAPH_TYPES as readonly string[]).includes(type) || decimalOf(type) !== undefined,
    `must be one of ${GRAPH_TYPES.join(", ")} or decimal(18,2)`,
  )
  .transform((type) => type as GraphType)
  .meta({ description: `${GRAPH_TYPES.join(", ")} or decimal(18,2)` });

export const columnName = z.string().min(1).max(500);

/** A column on an edge of a pipeline. */
export const graphColumn = z.object({ name: columnName, type: graphType });
export type GraphColumn = z.infer<typeof graphColumn>;

/** How a stream is read: all of it each time, or what is new by a cursor. */
export const SYNC_MODES = ["full", "incremental"] as const;
export type SyncMode = (typeof SYNC_MODES)[number];
