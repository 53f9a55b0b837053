import { problem } from "@granary/protocol";
import {
  fieldsById,
  type FoundField,
  type IcebergPartitionField,
  type IcebergSchema,
  type IcebergSortField,
  type IcebergSortOrder,
  type IcebergPartitionSpec,
  parseTransform,
  schemaOf,
  type TableMetadata,
  type Transform,
  transformResultType,
} from "../iceberg/index.ts";

const FIRST_FIELD_ID = 1000;

/** A partition field to be set; without a name it is called after its column and transform. */
export interface PartitionFieldInput {
  readonly "source-id": number;
  readonly transform: string;
  readonly name?: string;
}

/** A sort field to be set: by default the column itself, ascending, nulls first (last when descending). */
export interface SortFieldInput {
  readonly "source-id": number;
  readonly transform?: string;
  readonly direction?: "asc" | "desc";
  readonly "null-order"?: "nulls-first" | "nulls-last";
}

const invalid = (reason: string): Error => problem("lake.layout_invalid", { reason });

function checkedSource(schema: IcebergSchema, sourceId: number, transform: string): { readonly source: FoundField; readonly parsed: Transform } {
  const source = fieldsById(schema).get(sourceId);
  const parsed = parseTransform(transform);
  if (source === undefined) throw invalid(`there is no column with the id ${sourceId}`);
  const name = source.path.join(".");
  if (source.isInList || source.isInMap) throw invalid(`${name} lies in a list or map, which has no single value per row`);
  if (parsed === undefined) throw invalid(`${transform} is no transform: use identity, bucket[N], truncate[W], year, month, day, hour or void`);
  if (transformResultType(parsed, source.type) === undefined) {
    throw invalid(`${transform} does not apply to ${name}, which is ${typeof source.type === "string" ? source.type : `a ${source.type.type}`}`);
  }
  return { source, parsed };
}

function defaultName(source: FoundField, transform: Transform): string {
  const name = source.path.join(".");
  if (transform.kind === "identity") return name;
  if (transform.kind === "bucket") return `${name}_bucket_${transform.buckets}`;
  if (transform.kind === "void") return `${name}_null`;
  return transform.kind === "truncate" ? `${name}_trunc_${transform.width}` : `${name}_${transform.kind}`;
}

const TIME = new Set(["year", "month", "day", "hour"]);

/** Other engines refuse two calendar transforms of one column: the finer one says what the coarser would. */
const redundancyOf = (field: PartitionFieldInput): string => `${field["source-id"]} ${TIME.has(field.transform) ? "time" : field.transform}`;

function checkFields(schema: IcebergSchema, fields: readonly IcebergPartitionField[]): void {
  const names = new Set<string>();
  const redundant = new Set<string>();
  for (const field of fields) {
    const column = schema.fields.find((candidate) => candidate.name.toLowerCase() === field.name.toLowerCase());
    const isOwnColumn = column !== undefined && column.id === field["source-id"] && field.transform === "identity";
    if (field.name === "") throw invalid("a partition field has no name");
    if (names.has(field.name.toLowerCase())) throw invalid(`two partition fields are named ${field.name}`);
    if (column !== undefined && !isOwnColumn) throw invalid(`the partition field ${field.name} has the name of a column`);
    if (redundant.has(redundancyOf(field))) throw invalid(`the partition field ${field.name} says what another one says`);
    names.add(field.name.toLowerCase());
    redundant.add(redundancyOf(field));
  }
}

/** The fields of a spec. One that any earlier spec had keeps the id it had there. */
function resolveFields(
  schema: IcebergSchema,
  inputs: readonly PartitionFieldInput[],
  known: { readonly fields: readonly IcebergPartitionField[]; readonly lastId: number },
): readonly IcebergPartitionField[] {
  let lastId = Math.max(known.lastId, FIRST_FIELD_ID - 1);
  const fields = inputs.map((input): IcebergPartitionField => {
    const { source, parsed } = checkedSource(schema, input["source-id"], input.transform);
    const name = input.name ?? defaultName(source, parsed);
    const earlier = known.fields.find((field) => field["source-id"] === source.id && field.transform === input.transform && field.name === name);
    if (earlier === undefined) lastId += 1;
    return { "source-id": source.id, "field-id": earlier?.["field-id"] ?? lastId, name, transform: input.transform };
  });
  checkFields(schema, fields);
  return fields;
}

const print = (value: unknown): string => JSON.stringify(value);
const lastFieldId = (fields: readonly IcebergPartitionField[], atLeast: number): number => Math.max(atLeast, ...fields.map((field) => field["field-id"]));

/**
 * Sets how rows written from now on are partitioned; an empty list ends it. Files keep the spec they were written with. A
 * spec the table had before comes back with its id. Throws `lake.layout_invalid`.
 */
export function setPartitionSpec(metadata: TableMetadata, inputs: readonly PartitionFieldInput[]): TableMetadata {
  const specs = metadata["partition-specs"];
  const fields = resolveFields(schemaOf(metadata), inputs, { fields: specs.flatMap((spec) => spec.fields), lastId: metadata["last-partition-id"] });
  const known = specs.find((spec) => print(spec.fields.map(comparable)) === print(fields.map(comparable)));
  if (known !== undefined) return known["spec-id"] === metadata["default-spec-id"] ? metadata : { ...metadata, "default-spec-id": known["spec-id"] };
  const id = Math.max(-1, ...specs.map((spec) => spec["spec-id"])) + 1;
  return {
    ...metadata,
    "partition-specs": [...specs, { "spec-id": id, fields }],
    "default-spec-id": id,
    "last-partition-id": lastFieldId(fields, metadata["last-partition-id"]),
  };
}

const comparable = (field: IcebergPartitionField): readonly unknown[] => [field["source-id"], field["field-id"], field.name, field.transform];

function resolveSort(schema: IcebergSchema, inputs: readonly SortFieldInput[]): readonly IcebergSortField[] {
  const seen = new Set<string>();
  return inputs.map((input) => {
    const { transform = "identity", direction = "asc" } = input;
    const { source } = checkedSource(schema, input["source-id"], transform);
    const key = `${source.id} ${transform}`;
    if (seen.has(key)) throw invalid(`rows are sorted by ${source.path.join(".")} twice`);
    seen.add(key);
    return { transform, "source-id": source.id, direction, "null-order": input["null-order"] ?? (direction === "asc" ? "nulls-first" : "nulls-last") };
  });
}

const comparableSort = (field: IcebergSortField): readonly unknown[] => [field.transform, field["source-id"], field.direction, field["null-order"]];

/**
 * Sets how rows are sorted within the files written from now on; an empty list ends it. Order 0 is the unsorted one, and an
 * order the table had before comes back with its id. Throws `lake.layout_invalid`.
 */
export function setSortOrder(metadata: TableMetadata, inputs: readonly SortFieldInput[]): TableMetadata {
  const orders = metadata["sort-orders"];
  const fields = resolveSort(schemaOf(metadata), inputs);
  const known = orders.find((order) => print(order.fields.map(comparableSort)) === print(fields.map(comparableSort)));
  if (known !== undefined)
    return known["order-id"] === metadata["default-sort-order-id"] ? metadata : { ...metadata, "default-sort-order-id": known["order-id"] };
  const id = fields.length === 0 ? 0 : Math.max(0, ...orders.map((order) => order["order-id"])) + 1;
  const order: IcebergSortOrder = { "order-id": id, fields };
  return { ...metadata, "sort-orders": [...orders, order], "default-sort-order-id": id };
}

/** How a new table is laid out, and the highest partition field id. Throws `lake.layout_invalid`. */
export function firstLayout(
  schema: IcebergSchema,
  input: { readonly partition?: readonly PartitionFieldInput[]; readonly sortOrder?: readonly SortFieldInput[] },
): { readonly spec: IcebergPartitionSpec; readonly lastFieldId: number; readonly sortOrder: IcebergSortOrder } {
  const fields = resolveFields(schema, input.partition ?? [], { fields: [], lastId: FIRST_FIELD_ID - 1 });
  const sorted = resolveSort(schema, input.sortOrder ?? []);
  return {
    spec: { "spec-id": 0, fields },
    lastFieldId: lastFieldId(fields, FIRST_FIELD_ID - 1),
    sortOrder: { "order-id": sorted.length === 0 ? 0 : 1, fields: sorted },
  };
}
