import type { AvroField, AvroRecord, AvroSchema } from "../avro/index.ts";
import { decimalWidth, parsePrimitive } from "./primitive.ts";
import type { IcebergPartitionSpec } from "./types.ts";

const FIRST_PARTITION_FIELD_ID = 1000;

const optional = (name: string, id: number, type: AvroSchema): AvroField => ({ name, type: ["null", type], default: null, "field-id": id });
const required = (name: string, id: number, type: AvroSchema): AvroField => ({ name, type, "field-id": id });

/** A map from column id, which Avro can only write as a list of pairs. */
const columnMap = (keyId: number, valueId: number, value: "long" | "bytes"): AvroSchema => ({
  type: "array",
  logicalType: "map",
  items: { type: "record", name: `k${keyId}_v${valueId}`, fields: [required("key", keyId, "int"), required("value", valueId, value)] },
});

const LOGICAL: Readonly<Record<string, AvroSchema>> = {
  int: "int",
  long: "long",
  boolean: "boolean",
  float: "float",
  double: "double",
  string: "string",
  binary: "bytes",
  date: { type: "int", logicalType: "date" },
  time: { type: "long", logicalType: "time-micros" },
  timestamp: { type: "long", logicalType: "timestamp-micros", "adjust-to-utc": false },
  timestamptz: { type: "long", logicalType: "timestamp-micros", "adjust-to-utc": true },
  uuid: { type: "fixed", name: "uuid_fixed", size: 16, logicalType: "uuid" },
};

function avroType(type: string): AvroSchema {
  const primitive = parsePrimitive(type);
  if (primitive?.kind === "fixed") return { type: "fixed", name: `fixed_${primitive.length}`, size: primitive.length };
  if (primitive?.kind === "decimal") {
    const { precision, scale } = primitive;
    return { type: "fixed", name: `decimal_${precision}_${scale}`, size: decimalWidth(precision), logicalType: "decimal", precision, scale };
  }
  const known = primitive === undefined ? undefined : LOGICAL[primitive.kind];
  if (known === undefined) throw new TypeError(`a partition value cannot have the type ${type}`);
  return known;
}

/** Avro allows letters, digits and underscores; other engines replace the rest in the same way. */
function avroName(name: string): string {
  const made = name.replaceAll(/[^A-Za-z0-9_]/g, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase()}`);
  return /^\d/.test(made) ? `_${made}` : made;
}

/** The record of a file's partition values. A named type may be defined once and is then referred to by its name. */
function partitionRecord(spec: IcebergPartitionSpec, types: readonly string[]): AvroRecord {
  const defined = new Set<string>();
  const used = new Set<string>();
  const fields = spec.fields.map((field, index) => {
    const type = avroType(types[index] ?? "");
    const typeName = typeof type === "object" && "name" in type ? type.name : undefined;
    const isDefined = typeName !== undefined && defined.has(typeName);
    if (typeName !== undefined) defined.add(typeName);
    const plain = avroName(field.name);
    const name = used.has(plain) ? `${plain}_${field["field-id"]}` : plain;
    used.add(name);
    return optional(name, field["field-id"], isDefined ? typeName : type);
  });
  return { type: "record", name: "r102", fields };
}

const dataFileFields = (partition: AvroRecord): readonly AvroField[] => [
  required("content", 134, "int"),
  required("file_path", 100, "string"),
  required("file_format", 101, "string"),
  required("partition", 102, partition),
  required("record_count", 103, "long"),
  required("file_size_in_bytes", 104, "long"),
  optional("column_sizes", 108, columnMap(117, 118, "long")),
  optional("value_counts", 109, columnMap(119, 120, "long")),
  optional("null_value_counts", 110, columnMap(121, 122, "long")),
  optional("nan_value_counts", 137, columnMap(138, 139, "long")),
  optional("lower_bounds", 125, columnMap(126, 127, "bytes")),
  optional("upper_bounds", 128, columnMap(129, 130, "bytes")),
  optional("key_metadata", 131, "bytes"),
  optional("split_offsets", 132, { type: "array", items: "long", "element-id": 133 }),
  optional("equality_ids", 135, { type: "array", items: "int", "element-id": 136 }),
  optional("sort_order_id", 140, "int"),
  optional("referenced_data_file", 143, "string"),
];

/** Entries of a manifest of a partition spec (format version 2); `types` are those of the spec's fields. */
export const manifestEntrySchema = (spec: IcebergPartitionSpec, types: readonly string[]): AvroRecord => ({
  type: "record",
  name: "manifest_entry",
  fields: [
    required("status", 0, "int"),
    optional("snapshot_id", 1, "long"),
    optional("sequence_number", 3, "long"),
    optional("file_sequence_number", 4, "long"),
    required("data_file", 2, { type: "record", name: "r2", fields: dataFileFields(partitionRecord(spec, types)) }),
  ],
});

const PARTITION_SUMMARY: AvroRecord = {
  type: "record",
  name: "r508",
  fields: [
    required("contains_null", 509, "boolean"),
    optional("contains_nan", 518, "boolean"),
    optional("lower_bound", 510, "bytes"),
    optional("upper_bound", 511, "bytes"),
  ],
};

/** Entries of a manifest list (format version 2). */
export const MANIFEST_FILE: AvroRecord = {
  type: "record",
  name: "manifest_file",
  fields: [
    required("manifest_path", 500, "string"),
    required("manifest_length", 501, "long"),
    required("partition_spec_id", 502, "int"),
    required("content", 517, "int"),
    required("sequence_number", 515, "long"),
    required("min_sequence_number", 516, "long"),
    required("added_snapshot_id", 503, "long"),
    required("added_files_count", 504, "int"),
    required("existing_files_count", 505, "int"),
    required("deleted_files_count", 506, "int"),
    required("added_rows_count", 512, "long"),
    required("existing_rows_count", 513, "long"),
    required("deleted_rows_count", 514, "long"),
    optional("partitions", 507, { type: "array", items: PARTITION_SUMMARY, "element-id": 508 }),
    optional("key_metadata", 519, "bytes"),
  ],
};

function isRecord(schema: AvroSchema): schema is AvroRecord {
  return typeof schema === "object" && !Array.isArray(schema) && (schema as AvroRecord).type === "record";
}

function namesIn(schema: AvroSchema, names: Map<number, string>): ReadonlyMap<number, string> {
  if (Array.isArray(schema)) for (const branch of schema as readonly AvroSchema[]) namesIn(branch, names);
  else if (isRecord(schema)) {
    for (const field of schema.fields) {
      if (field["field-id"] !== undefined) names.set(field["field-id"], field.name);
      namesIn(field.type, names);
    }
  } else if (typeof schema === "object" && "items" in schema) namesIn(schema.items, names);
  return names;
}

const NAMES = namesIn(MANIFEST_FILE, new Map(namesIn(manifestEntrySchema({ "spec-id": 0, fields: [] }, []), new Map())));

/** Our names by field id, for reading files of writers that name things otherwise. Partition fields, which begin at 1000, are called `p1000` and so on. */
export const manifestName = (fieldId: number): string | undefined => NAMES.get(fieldId) ?? (fieldId >= FIRST_PARTITION_FIELD_ID ? `p${fieldId}` : undefined);
