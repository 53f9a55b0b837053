import { describe, expect, it } from "vitest";
import { type AvroField, type AvroRecord, type AvroSchema, type AvroSource, decodeAvroFile, encodeAvroFile } from "../avro/index.ts";
import type { ContentFile, ManifestEntry, ManifestFile } from "./content-file.ts";
import { decodeManifest, factsOf } from "./decode-manifest.ts";
import { encodeManifest } from "./encode-manifest.ts";
import { manifestLine } from "./manifest-line.ts";
import { decodeManifestList, encodeManifestList } from "./manifest-list.ts";
import { encodeValue } from "./single-value.ts";
import type { IcebergPartitionField, TableMetadata } from "./types.ts";

const base64 = (type: string, text: string): string => (encodeValue(type, text) ?? expect.fail(`${text} is no ${type}`)).toString("base64");

/** One column of every type that may be partitioned by, and the spec that does so. */
const TYPES: readonly (readonly [type: string, value: string])[] = [
  ["boolean", "true"],
  ["int", "-5"],
  ["long", "9223372036854775807"],
  ["float", "0.5"],
  ["double", "-1.25"],
  ["decimal(9, 2)", "-1.28"],
  ["decimal(38, 10)", "-12345678901234567890.0123456789"],
  ["date", "0044-03-15 (BC)"],
  ["time", "22:31:08.000001"],
  ["timestamp", "2017-11-16 22:31:08"],
  ["timestamptz", "10000-01-01 00:00:00+00"],
  ["string", "a/b ä"],
  ["uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7"],
  ["uuid", "00000000-677c-4bbd-a479-3f349cb785e7"],
  ["fixed[4]", "00010203"],
  ["binary", "FFFE"],
];

const schema = {
  type: "struct" as const,
  "schema-id": 3,
  fields: TYPES.map(([type], index) => ({ id: index + 1, name: `c ${index + 1}`, required: false, type })),
};
const everyField = schema.fields.map(
  (field, index): IcebergPartitionField => ({ "source-id": field.id, "field-id": 1000 + index, name: field.name, transform: "identity" }),
);
const table: Pick<TableMetadata, "schemas" | "current-schema-id" | "partition-specs" | "default-spec-id"> = {
  schemas: [schema],
  "current-schema-id": 3,
  "partition-specs": [
    { "spec-id": 0, fields: [] },
    { "spec-id": 1, fields: everyField },
    { "spec-id": 2, fields: [{ "source-id": 8, "field-id": 1020, name: "1 día", transform: "month" }] },
  ],
  "default-spec-id": 0,
};

const dataFile: ContentFile = {
  content: "data",
  uri: "file:///lake/t/data/a.parquet",
  format: "PARQUET",
  records: 10,
  bytes: 1234,
  columns: [
    { fieldId: 1, bytes: 5, values: 10, nulls: 1, lower: base64("boolean", "false"), upper: base64("boolean", "true") },
    { fieldId: 4, bytes: 50, values: 10, nulls: 0, nans: 2, lower: base64("float", "-1"), upper: base64("float", "1") },
    { fieldId: 12, bytes: 70 },
    { fieldId: 2_147_483_546, lower: "" },
  ],
  splitOffsets: [4, 5_000_000_000],
  specId: 0,
  partition: [],
  sortOrderId: 1,
  keyMetadata: "AAEC",
};
const added = (file: ContentFile, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  status: "added",
  snapshotId: 7,
  sequenceNumber: undefined,
  fileSequenceNumber: undefined,
  file,
  ...more,
});

const line: ManifestFile = {
  manifest_path: "file:///m.avro",
  manifest_length: 10,
  partition_spec_id: 0,
  content: 0,
  sequence_number: 42,
  min_sequence_number: 1,
  added_snapshot_id: 7,
  added_files_count: 1,
  existing_files_count: 0,
  deleted_files_count: 0,
  added_rows_count: 10,
  existing_rows_count: 0,
  deleted_rows_count: 0,
  partitions: null,
  key_metadata: null,
};

/** Entries as plain data, facts about columns included. */
const plain = (entries: readonly ManifestEntry[]): unknown =>
  JSON.parse(JSON.stringify(entries, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)));

describe("manifests", () => {
  it("keep everything that is known of a data file", () => {
    const bytes = encodeManifest(table, { entries: [added(dataFile)], content: "data", specId: 0, snapshotId: 7 });
    expect(plain(decodeManifest(bytes, line))).toEqual(plain([added(dataFile, { sequenceNumber: 42, fileSequenceNumber: 42 })]));
  });

  it("keep everything that is known of delete files", () => {
    const byPosition: ContentFile = {
      ...dataFile,
      content: "positionDeletes",
      referencedDataFile: "file:///lake/t/data/a.parquet",
      sortOrderId: null,
      columns: [],
    };
    const byValue: ContentFile = { ...dataFile, content: "equalityDeletes", equalityIds: [1, 4], splitOffsets: [] };
    const bytes = encodeManifest(table, { entries: [added(byPosition), added(byValue)], content: "deletes", specId: 0, snapshotId: 7 });
    expect(decodeAvroFile(bytes).header).toMatchObject({
      content: "deletes",
      "format-version": "2",
      "schema-id": "3",
      "partition-spec": "[]",
      "partition-spec-id": "0",
    });
    expect(plain(decodeManifest(bytes, { ...line, content: 1 }).map((entry) => added(entry.file)))).toEqual(plain([added(byPosition), added(byValue)]));
  });

  it("keep partition values of every type, and nulls", () => {
    const partition = TYPES.map(([type, value]) => base64(type, value));
    const files = [
      { ...dataFile, specId: 1, partition },
      { ...dataFile, specId: 1, partition: partition.map(() => null) },
    ];
    const bytes = encodeManifest(table, { entries: files.map((file) => added(file)), content: "data", specId: 1, snapshotId: 7 });
    const read = decodeManifest(bytes, { ...line, partition_spec_id: 1 });
    expect(read.map((entry) => entry.file.partition)).toEqual(files.map((file) => file.partition));
    expect(read.map((entry) => entry.file.specId)).toEqual([1, 1]);
  });

  it("name partition fields as Avro allows", () => {
    const file = { ...dataFile, specId: 2, partition: [base64("int", "-3")] };
    const bytes = encodeManifest(table, { entries: [added(file)], content: "data", specId: 2, snapshotId: 7 });
    const { schema: written, header } = decodeAvroFile(bytes);
    expect(JSON.stringify(written)).toContain('"name":"_1_x20d_xEDa","type":["null","int"],"default":null,"field-id":1020');
    expect(JSON.parse(header["partition-spec"] ?? "")).toEqual(table["partition-specs"][2]?.fields);
    expect(decodeManifest(bytes, { ...line, partition_spec_id: 2 })[0]?.file.partition).toEqual(file.partition);
  });

  it("tell existing and deleted entries' own numbers, beyond 2^53 too", () => {
    const own = { snapshotId: 3_051_729_675_574_597_004n, sequenceNumber: 9_007_199_254_740_993n, fileSequenceNumber: 5 };
    const entries = [added(dataFile, { ...own, status: "existing" }), added(dataFile, { ...own, status: "deleted" }), added(dataFile, { sequenceNumber: 3 })];
    const read = decodeManifest(encodeManifest(table, { entries, content: "data", specId: 0, snapshotId: 7 }), line);
    expect(read.slice(0, 2)).toMatchObject(entries.slice(0, 2).map(({ file: _, ...numbers }) => numbers));
    expect(read[2]).toMatchObject({ sequenceNumber: 3, fileSequenceNumber: 42 });
  });

  it.each<readonly [string, ManifestEntry]>([
    ["an existing entry without sequence number", added(dataFile, { status: "existing", fileSequenceNumber: 1 })],
    ["a deleted entry without snapshot", added(dataFile, { status: "deleted", snapshotId: undefined, sequenceNumber: 1, fileSequenceNumber: 1 })],
    ["a delete file among data files", added({ ...dataFile, content: "positionDeletes" })],
    ["a file of another spec", added({ ...dataFile, specId: 1 })],
    ["a file with too many partition values", added({ ...dataFile, partition: [null] })],
  ])("are not written with %s", (_, entry) => {
    expect(() => encodeManifest(table, { entries: [entry], content: "data", specId: 0, snapshotId: 7 })).toThrow(TypeError);
  });

  it("tell the facts about one column without decoding the others", () => {
    const [entry] = decodeManifest(encodeManifest(table, { entries: [added(dataFile)], content: "data", specId: 0, snapshotId: 7 }), line);
    const file = entry?.file ?? dataFile;
    expect([4, 12, 2_147_483_546, 2].map((id) => factsOf(file, id))).toEqual([dataFile.columns[1], dataFile.columns[2], dataFile.columns[3], undefined]);
    expect(factsOf({ ...file }, 4)).toEqual(dataFile.columns[1]);
  });

  it("are read back from what survives JSON", () => {
    const read = decodeManifest(encodeManifest(table, { entries: [added(dataFile)], content: "data", specId: 0, snapshotId: 7 }), line);
    const [entry] = read;
    const copy = { ...structuredClone(entry?.file), uri: "other" };
    expect(copy.columns).toEqual(entry?.file.columns);
  });
});

const field = (name: string, id: number, type: AvroSchema): AvroField => ({ name, type, "field-id": id });
const entryRecord = (fields: readonly AvroField[]): AvroRecord => ({ type: "record", name: "entry_of_others", fields });

describe("manifests of other writers", () => {
  it("are read by field id, whatever order and names they have and whatever they leave out or add", () => {
    const partition: AvroRecord = { type: "record", name: "part", fields: [field("d_month", 1001, ["null", "int"]), field("who", 1000, ["string", "null"])] };
    const written = entryRecord([
      field("file", 2, {
        type: "record",
        name: "f",
        fields: [
          field("rows", 103, "long"),
          field("first_row_id", 142, ["null", "long"]),
          field("lows", 125, ["null", { type: "array", items: { type: "record", name: "kv", fields: [field("v", 127, "bytes"), field("k", 126, "int")] } }]),
          field("path", 100, "string"),
          field("fmt", 101, "string"),
          field("size", 104, "long"),
          field("part", 102, partition),
        ],
      }),
      field("state", 0, "int"),
      field("extra", 9999, { type: "array", items: "string" }),
    ]);
    const record: AvroSource = {
      file: {
        rows: 3,
        first_row_id: 8,
        lows: [{ v: Buffer.from("01", "hex"), k: 1 }],
        path: "s3://b/x.orc",
        fmt: "orc",
        size: 9,
        part: { d_month: 5, who: "ann" },
      },
      state: 1,
      extra: ["a"],
    };
    const spec = [
      { "source-id": 12, "field-id": 1000, name: "who", transform: "identity" },
      { "source-id": 8, "field-id": 1001, name: "d_month", transform: "month" },
      { "source-id": 9, "field-id": 1002, name: "later", transform: "void" },
    ];
    const bytes = encodeAvroFile(written, [record], { "partition-spec": JSON.stringify(spec), "format-version": "2" });
    expect(plain(decodeManifest(bytes, { ...line, partition_spec_id: 4 }))).toEqual([
      {
        status: "added",
        snapshotId: 7,
        sequenceNumber: 42,
        fileSequenceNumber: 42,
        file: {
          content: "data",
          uri: "s3://b/x.orc",
          format: "ORC",
          records: 3,
          bytes: 9,
          columns: [{ fieldId: 1, lower: "AQ==" }],
          splitOffsets: [],
          specId: 4,
          partition: [base64("string", "ann"), base64("int", "5"), null],
          sortOrderId: null,
        },
      },
    ]);
  });

  it("may have their maps' values before the keys", () => {
    const pairs: AvroSchema = { type: "array", items: { type: "record", name: "kv", fields: [field("v", 118, "long"), field("k", 117, "int")] } };
    const written = entryRecord([
      field("status", 0, "int"),
      field("data_file", 2, { type: "record", name: "r2", fields: [field("file_path", 100, "string"), field("sizes", 108, pairs)] }),
    ]);
    const sizes = [
      { k: 1, v: 10 },
      { k: 2, v: 20 },
    ];
    const [entry] = decodeManifest(encodeAvroFile(written, [{ status: 1, data_file: { file_path: "a", sizes } }], {}), line);
    expect(factsOf(entry?.file ?? dataFile, 2)).toEqual({ fieldId: 2, bytes: 20 });
    expect(entry?.file.columns).toHaveLength(2);
  });

  it("of format version 1 have sequence number 0 throughout", () => {
    const written = entryRecord([
      field("status", 0, "int"),
      field("snapshot_id", 1, "long"),
      field("data_file", 2, {
        type: "record",
        name: "r2",
        fields: [
          field("file_path", 100, "string"),
          field("file_format", 101, "string"),
          field("partition", 102, { type: "record", name: "r102", fields: [] }),
          field("record_count", 103, "long"),
          field("file_size_in_bytes", 104, "long"),
          field("block_size_in_bytes", 105, "long"),
        ],
      }),
    ]);
    const file = { file_path: "a", file_format: "PARQUET", partition: {}, record_count: 1, file_size_in_bytes: 2, block_size_in_bytes: 3 };
    const records = [0, 1, 2].map((status) => ({ status, snapshot_id: 5, data_file: file }));
    const bytes = encodeAvroFile(written, records, { "partition-spec": "[]", "format-version": "1" });
    expect(decodeManifest(bytes, { ...line, sequence_number: 0 })).toMatchObject(
      ["existing", "added", "deleted"].map((status) => ({
        status,
        snapshotId: 5,
        sequenceNumber: 0,
        fileSequenceNumber: 0,
        file: { content: "data", records: 1 },
      })),
    );
  });

  it("may hold decimals as bytes and in more bytes than needed", () => {
    const decimal: AvroSchema = { type: "fixed", name: "wide", size: 16, logicalType: "decimal", precision: 9, scale: 2 };
    const partition: AvroRecord = { type: "record", name: "r102", fields: [field("a", 1000, ["null", decimal]), field("b", 1001, ["null", "wide"])] };
    const written = entryRecord([
      field("status", 0, "int"),
      field("data_file", 2, { type: "record", name: "r2", fields: [field("file_path", 100, "string"), field("partition", 102, partition)] }),
    ]);
    const values = { a: Buffer.from(`${"ff".repeat(15)}80`, "hex"), b: Buffer.from(`${"00".repeat(15)}80`, "hex") };
    const bytes = encodeAvroFile(written, [{ status: 1, data_file: { file_path: "a", partition: values } }], {});
    expect(decodeManifest(bytes, line)[0]?.file.partition).toEqual([base64("decimal(9, 2)", "-1.28"), base64("decimal(9, 2)", "1.28")]);
  });

  it.each([
    ["a status we do not know", { status: 3, path: "a" }],
    ["no path", { status: 1, path: null }],
  ])("with %s are refused", (_, { status, path }) => {
    const written = entryRecord([
      field("status", 0, "int"),
      field("data_file", 2, { type: "record", name: "r2", fields: [field("p", 100, ["null", "string"])] }),
    ]);
    expect(() => decodeManifest(encodeAvroFile(written, [{ status, data_file: { p: path } }], {}), line)).toThrow(TypeError);
  });
});

describe("manifest lists", () => {
  const entries = [
    added({ ...dataFile, specId: 1, partition: TYPES.map(([type, value]) => base64(type, value)) }),
    added({ ...dataFile, specId: 1, partition: TYPES.map(() => null) }, { status: "existing", sequenceNumber: 4, fileSequenceNumber: 4 }),
    added(
      { ...dataFile, specId: 1, partition: TYPES.map(([type]) => (type === "float" ? base64(type, "nan") : null)) },
      { status: "deleted", sequenceNumber: 2, fileSequenceNumber: 2 },
    ),
  ];
  const made = manifestLine(table, { manifest: { uri: "file:///m.avro", bytes: 99 }, entries, content: "data", specId: 1, snapshotId: 7, sequenceNumber: 42 });

  it("say how many files and rows a manifest has, and where its partitions lie", () => {
    expect(made).toMatchObject({
      added_files_count: 1,
      existing_files_count: 1,
      deleted_files_count: 1,
      added_rows_count: 10,
      existing_rows_count: 10,
      deleted_rows_count: 10,
      sequence_number: 42,
      min_sequence_number: 4,
    });
    const summaryOf = (type: string): unknown => made.partitions?.[TYPES.findIndex((item) => item[0] === type)];
    expect(summaryOf("long")).toEqual({
      contains_null: true,
      contains_nan: false,
      lower_bound: encodeValue("long", TYPES[2]?.[1] ?? ""),
      upper_bound: encodeValue("long", TYPES[2]?.[1] ?? ""),
    });
    expect(summaryOf("float")).toEqual({
      contains_null: true,
      contains_nan: true,
      lower_bound: encodeValue("float", "0.5"),
      upper_bound: encodeValue("float", "0.5"),
    });
  });

  it("are read as written, 63-bit ids included", () => {
    const lines = [made, { ...line, added_snapshot_id: 3_051_729_675_574_597_004n, key_metadata: Buffer.from([1]) }];
    expect(decodeManifestList(encodeManifestList(lines, { id: 7, parentId: undefined, sequenceNumber: 42 }))).toEqual(lines);
  });

  it("of format version 1 lack what that version did not know", () => {
    const written = entryRecord([
      field("path", 500, "string"),
      field("length", 501, "long"),
      field("spec", 502, "int"),
      field("snapshot", 503, ["null", "long"]),
    ]);
    const bytes = encodeAvroFile(written, [{ path: "m", length: 5, spec: 0, snapshot: 9 }], {});
    expect(decodeManifestList(bytes)).toEqual([
      {
        ...line,
        manifest_path: "m",
        manifest_length: 5,
        sequence_number: 0,
        min_sequence_number: 0,
        added_snapshot_id: 9,
        added_files_count: null,
        existing_files_count: null,
        deleted_files_count: null,
        added_rows_count: null,
        existing_rows_count: null,
        deleted_rows_count: null,
      },
    ]);
  });
});
