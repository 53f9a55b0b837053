import { compareBounds, encodeValue, type IcebergSchema, parsePrimitive } from "../iceberg/index.ts";
import { type BoundedColumn, columnRange } from "./column-range.ts";
import type { LiveDataFile } from "./live-files.ts";

/** A stored column by which rows are sorted. */
export interface StoredOrder {
  readonly fieldId: number;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

/** Where in an order a file's rows may begin and end; undefined bounds are open. */
interface Reach {
  readonly file: LiveDataFile;
  /** `null`: nothing but nulls, which come last. */
  readonly best: Buffer | undefined | null;
  readonly worst: Buffer | undefined;
}

/** Files in the order in which a sorted read needs them. */
export interface SortedFiles {
  /** How many of the first files are likely to hold the first rows of the order. */
  countFor(rows: number): number;
  /** How many of the first files may hold a row not behind one with this key, as the engine prints it; null for a null. */
  countUpTo(key: string | null): number;
  readonly files: readonly LiveDataFile[];
}

function reachOf(column: BoundedColumn, order: StoredOrder, file: LiveDataFile): Reach {
  const range = columnRange(column, file.file, []);
  const isOpenFirst = (order.nulls === "first" && range.mayBeNull) || (order.direction === "desc" && range.mayBeNan);
  const isOpenLast = (order.nulls === "last" && range.mayBeNull) || (order.direction === "asc" && range.mayBeNan);
  const [first, last] = order.direction === "asc" ? [range.lower, range.upper] : [range.upper, range.lower];
  if (!range.mayBeValue) return { file, best: order.nulls === "last" ? null : undefined, worst: undefined };
  return { file, best: isOpenFirst ? undefined : first, worst: isOpenLast ? undefined : last };
}

class ReachingFiles implements SortedFiles {
  readonly files: readonly LiveDataFile[];
  readonly #reaches: readonly Reach[];
  readonly #column: BoundedColumn;
  readonly #sign: 1 | -1;

  constructor(column: BoundedColumn, order: StoredOrder, files: readonly LiveDataFile[]) {
    this.#column = column;
    this.#sign = order.direction === "asc" ? 1 : -1;
    this.#reaches = files.map((file) => reachOf(column, order, file)).toSorted((left, right) => this.#compare(left.best, right.best));
    this.files = this.#reaches.map((reach) => reach.file);
  }

  countFor(rows: number): number {
    let count = 0;
    for (let known = 0; count < this.#reaches.length && known < rows; count += 1) known += this.#reaches[count]?.file.file.records ?? 0;
    const near = this.#reaches.slice(0, count);
    const worst = near.some((reach) => reach.worst === undefined)
      ? undefined
      : near
          .map((reach) => reach.worst ?? null)
          .toSorted((a, b) => this.#compare(a, b))
          .at(-1);
    const overlapping = worst === undefined || worst === null ? this.#reaches.length : this.#upTo(worst);
    // Where most files overlap, asking a few first only costs time.
    return overlapping * 2 > this.#reaches.length ? Math.max(count, overlapping) : count;
  }

  countUpTo(key: string | null): number {
    const bytes = key === null ? undefined : encodeValue(this.#column.type, key);
    return bytes === undefined ? this.#reaches.length : this.#upTo(bytes);
  }

  #upTo(bytes: Buffer): number {
    const next = this.#reaches.findIndex((reach) => this.#compare(reach.best, bytes) > 0);
    return next < 0 ? this.#reaches.length : next;
  }

  #compare(left: Buffer | undefined | null, right: Buffer | undefined | null): number {
    if (left === undefined || right === undefined) return Number(right === undefined) - Number(left === undefined);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return this.#sign * compareBounds(this.#column.type, left, right);
  }
}

/** Puts files into the order of a stored column by their bounds; undefined when the column has none that could be compared. */
export function sortFiles(files: readonly LiveDataFile[], schema: IcebergSchema, order: StoredOrder): SortedFiles | undefined {
  const type = schema.fields.find((field) => field.id === order.fieldId)?.type;
  const primitive = parsePrimitive(type);
  if (typeof type !== "string" || primitive === undefined) return undefined;
  return new ReachingFiles({ fieldId: order.fieldId, type, primitive }, order, files);
}
