import { parsePrimitive } from "./primitive.ts";
import { decodeValue } from "./single-value.ts";
import { formatDate } from "./temporal.ts";
import { parseTransform, type Transform } from "./transform.ts";
import type { IcebergPartitionSpec } from "./types.ts";

const HOURS = 24;
const MONTHS = 12;
const two = (value: number): string => String(value).padStart(2, "0");
const year = (sinceEpoch: number): string => {
  const value = 1970 + sinceEpoch;
  return value < 0 ? `-${String(-value).padStart(4, "0")}` : String(value).padStart(4, "0");
};

const CALENDAR: Readonly<Partial<Record<Transform["kind"], (value: number) => string>>> = {
  year,
  month: (value) => `${year(Math.floor(value / MONTHS))}-${two((((value % MONTHS) + MONTHS) % MONTHS) + 1)}`,
  hour: (value) => `${formatDate(Math.floor(value / HOURS))}-${two(((value % HOURS) + HOURS) % HOURS)}`,
};

/** A partition value as people read it: `2024-05` for a month, `2024-05-01-13` for an hour, `null`. Bytes are in base 64. */
export function partitionText(transform: string, type: string, value: string | null): string {
  if (value === null) return "null";
  const bytes = Buffer.from(value, "base64");
  const calendar = CALENDAR[parseTransform(transform)?.kind ?? "identity"];
  if (calendar !== undefined) return calendar(Number(decodeValue("int", bytes)));
  const kind = parsePrimitive(type)?.kind;
  return kind === "binary" || kind === "fixed" ? value : decodeValue(type, bytes);
}

/** The directory of a partition, as other engines name it: `day=2024-05-01/bucket=3`; empty for an unpartitioned table. */
export function partitionPath(spec: IcebergPartitionSpec, types: readonly string[], values: readonly (string | null)[]): string {
  return spec.fields
    .map((field, index) => {
      const text = partitionText(field.transform, types[index] ?? "", values[index] ?? null);
      return `${encodeURIComponent(field.name)}=${encodeURIComponent(text)}`;
    })
    .join("/");
}
