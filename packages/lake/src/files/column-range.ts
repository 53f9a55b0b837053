import { compareBounds, type ContentFile, type IcebergPartitionSpec, type Primitive } from "../iceberg/index.ts";

/** A column whose values in files may be known. */
export interface BoundedColumn {
  readonly fieldId: number;
  readonly type: string;
  readonly primitive: Primitive;
}

/** A partition value that all rows of a file have in common, and how it is made of the column. */
export interface PartitionValue {
  readonly transform: string;
  readonly value: Buffer;
}

/** What is known about a column in a file. Whatever is unknown may be. */
export interface ColumnRange {
  readonly lower: Buffer | undefined;
  readonly upper: Buffer | undefined;
  readonly mayBeNull: boolean;
  readonly mayBeNan: boolean;
  /** Whether there may be anything but nulls. */
  readonly mayBeValue: boolean;
  readonly partitions: readonly PartitionValue[];
}

const isFloating = ({ kind }: Primitive): boolean => kind === "float" || kind === "double";

/** A bound of NaN, which old writers left, bounds nothing. */
const isNan = (bytes: Buffer): boolean => Number.isNaN(bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE());

function boundOf(column: BoundedColumn, file: ContentFile & { readonly sha256?: string }, text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  // Some writers order UUIDs as signed numbers.
  if (column.primitive.kind === "uuid" && file.sha256 === undefined) return undefined;
  const bytes = Buffer.from(text, "base64");
  return isFloating(column.primitive) && isNan(bytes) ? undefined : bytes;
}

interface PartitionFacts {
  readonly isNull: boolean;
  readonly isValue: boolean;
  readonly identity: Buffer | undefined;
  readonly partitions: readonly PartitionValue[];
}

function partitionFacts(column: BoundedColumn, file: ContentFile, specs: readonly IcebergPartitionSpec[]): PartitionFacts {
  const spec = specs.find((candidate) => candidate["spec-id"] === file.specId);
  const own = (spec?.fields ?? []).flatMap((field, index) => {
    const value = file.partition[index];
    return field["source-id"] !== column.fieldId || field.transform === "void" || value === undefined ? [] : [{ transform: field.transform, value }];
  });
  const partitions = own.flatMap(({ transform, value }) => (value === null ? [] : [{ transform, value: Buffer.from(value, "base64") }]));
  const identity = isFloating(column.primitive) ? undefined : partitions.find((item) => item.transform === "identity")?.value;
  return { isNull: own.some((item) => item.value === null), isValue: partitions.length > 0, identity, partitions };
}

/** What manifest and partition say about a column in a file (specification, "Scan Planning"). */
export function columnRange(column: BoundedColumn, file: ContentFile & { readonly sha256?: string }, specs: readonly IcebergPartitionSpec[]): ColumnRange {
  const facts = file.columns.find((item) => item.fieldId === column.fieldId);
  const partition = partitionFacts(column, file, specs);
  const { nulls, values, nans } = facts ?? {};
  const isAllNull = partition.isNull || (nulls !== undefined && nulls === values);
  return {
    lower: partition.identity ?? boundOf(column, file, facts?.lower),
    upper: partition.identity ?? boundOf(column, file, facts?.upper),
    mayBeNull: !partition.isValue && nulls !== 0,
    mayBeNan: isFloating(column.primitive) && nans !== 0,
    mayBeValue: !isAllNull,
    partitions: partition.partitions,
  };
}

/** Below zero when every value may be assumed lower than the constant, and so on; undefined when there is no bound. */
export const compareTo = (column: BoundedColumn, bound: Buffer | undefined, constant: Buffer): number | undefined =>
  bound === undefined ? undefined : compareBounds(column.type, bound, constant);
