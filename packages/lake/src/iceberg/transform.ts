import { parsePrimitive } from "./primitive.ts";
import type { IcebergType } from "./types.ts";

/** A partition or sort transform taken apart. */
export type Transform =
  | { readonly kind: "identity" | "year" | "month" | "day" | "hour" | "void" }
  | { readonly kind: "bucket"; readonly buckets: number }
  | { readonly kind: "truncate"; readonly width: number };

const MAX_PARAMETER = 2 ** 31 - 1;
const SIMPLE = new Set(["identity", "year", "month", "day", "hour", "void"]);
const WITH_NUMBER = /^(bucket|truncate)\[\s*(\d{1,10})\s*\]$/;

/** A transform from its spelling (`day`, `bucket[16]`); undefined when it is none that format version 2 knows. */
export function parseTransform(text: string): Transform | undefined {
  if (SIMPLE.has(text)) return { kind: text as "identity" };
  const [, name, digits] = WITH_NUMBER.exec(text) ?? [];
  const size = Number(digits);
  if (name === undefined || size < 1 || size > MAX_PARAMETER) return undefined;
  return name === "bucket" ? { kind: "bucket", buckets: size } : { kind: "truncate", width: size };
}

const DATES = ["date", "timestamp", "timestamptz"];
const SOURCES: Readonly<Record<Transform["kind"], readonly string[] | "any">> = {
  identity: "any",
  void: "any",
  bucket: ["int", "long", "decimal", "date", "time", "timestamp", "timestamptz", "string", "uuid", "fixed", "binary"],
  truncate: ["int", "long", "decimal", "string", "binary"],
  year: DATES,
  month: DATES,
  day: DATES,
  hour: ["timestamp", "timestamptz"],
};

/** The type of a transform's results; undefined when it does not apply to the source type. */
export function transformResultType(transform: Transform, source: IcebergType): string | undefined {
  const kind = parsePrimitive(source)?.kind;
  const accepted = SOURCES[transform.kind];
  if (kind === undefined || typeof source !== "string" || (accepted !== "any" && !accepted.includes(kind))) return undefined;
  if (transform.kind === "identity" || transform.kind === "void" || transform.kind === "truncate") return source;
  return transform.kind === "day" ? "date" : "int";
}
