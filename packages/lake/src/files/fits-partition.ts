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

interface Transformed {
  readonly kind: string;
  readonly type: string;
  readonly value: Buffer;
}

/** What a transform makes of a constant; undefined where that would not bound what it makes of rows. */
function transformed(column: BoundedColumn, name: string, constant: Buffer): Transformed | undefined {
  const transform = parseTransform(name);
  const type = transform === undefined ? undefined : transformResultType(transform, column.type);
  if (transform === undefined || typeof type !== "string" || ["float", "double"].includes(column.primitive.kind)) return undefined;
  // The value of a constant beyond a 32-bit column would be cut.
  if (column.primitive.kind === "int" && encodeValue("int", decodeBound("long", constant)) === undefined) return undefined;
  const value = transformValue(name, column.type, constant);
  return value === null ? undefined : { kind: transform.kind, type, value };
}

/**
 * Whether the partition's rows or the constant lie within one width of the least whole number. Truncated they wrap round to the
 * greatest, so that no order holds; partitions of a column that was widened since did so at 32 bits.
 */
function mayWrap({ primitive }: BoundedColumn, { transform, value }: PartitionValue, constant: Buffer): boolean {
  const parsed = parseTransform(transform);
  if (parsed?.kind !== "truncate" || (primitive.kind !== "int" && primitive.kind !== "long")) return false;
  const width = BigInt(parsed.width);
  const [rows, wanted] = [value, constant].map((bytes) => BigInt(decodeBound("long", bytes))) as [bigint, bigint];
  return [2n ** 31n, 2n ** 63n].some((edge) => (rows < edge && rows >= edge - width) || (wanted >= -edge && wanted < width - edge));
}

/**
 * Whether rows of a file with this partition value may stand in that order to the constant. All transforms but `bucket`
 * keep the order of values, so the transformed constant bounds the transformed rows.
 */
export function fitsPartition(column: BoundedColumn, partition: PartitionValue, order: Order, constant: Buffer): boolean {
  const expected = transformed(column, partition.transform, constant);
  if (expected === undefined || mayWrap(column, partition, constant)) return true;
  const { kind, type, value } = expected;
  const low = compareBounds(type, partition.value, value);
  if (kind === "bucket") return order !== "=" || low === 0;
  const high = compareBounds(type, partition.value, toleranceOf(kind, type, value));
  if (order === "=") return low >= 0 && high <= 0;
  return order === "<" || order === "<=" ? high <= 0 : low >= 0;
}
