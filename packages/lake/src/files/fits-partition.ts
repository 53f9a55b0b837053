import { compareBounds, encodeValue, parseTransform, transformResultType, transformValue, decodeBound } from "../iceberg/index.ts";
import type { BoundedColumn, PartitionValue } from "./column-range.ts";

type Order = "=" | "<" | "<=" | ">" | ">=";

/** Old writers rounded times before 1970 towards zero, so that their partition may be one too high. */
function toleranceOf(kind: string, type: string, value: Buffer): Buffer {
  if (!["year", "month", "day", "hour"].includes(kind)) return value;
  const plain = type === "date" ? "int" : type;
  const number = BigInt(decodeBound(plain, value));
  return number < 0n ? (encodeValue(plain, String(number + 1n)) ?? value) : value;
}

/**
 * Whether rows of a file with this partition value may stand in that order to the constant. All transforms but `bucket`
 * keep the order of values, so the transformed constant bounds the transformed rows.
 */
export function fitsPartition(column: BoundedColumn, partition: PartitionValue, order: Order, constant: Buffer): boolean {
  const transform = parseTransform(partition.transform);
  const type = transform === undefined ? undefined : transformResultType(transform, column.type);
  if (transform === undefined || typeof type !== "string" || column.primitive.kind === "float" || column.primitive.kind === "double") return true;
  // The value of a constant beyond a 32-bit column would be cut.
  if (column.primitive.kind === "int" && encodeValue("int", decodeBound("long", constant)) === undefined) return true;
  const expected = transformValue(partition.transform, column.type, constant);
  if (expected === null) return true;
  const low = compareBounds(type, partition.value, expected);
  const high = compareBounds(type, partition.value, toleranceOf(transform.kind, type, expected));
  if (order === "=") return low === 0 || (low > 0 && high <= 0 && transform.kind !== "bucket");
  if (transform.kind === "bucket") return true;
  return order === "<" || order === "<=" ? high <= 0 : low >= 0;
}
