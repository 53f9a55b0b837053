import { describe, expect, it } from "vitest";
import { parseExactJson, printExactJson } from "./json.ts";
import { findSnapshot, parseMetadata, printMetadata } from "./metadata.ts";
import { toIcebergType, toSqlType } from "./sql-type.ts";
import type { TableMetadata } from "./types.ts";

const valid: TableMetadata = {
  "format-version": 2,
  "table-uuid": "u",
  location: "file:///x",
  "last-sequence-number": 0,
  "last-updated-ms": 1,
  "last-column-id": 4,
  schemas: [
    {
      type: "struct",
      "schema-id": 0,
      fields: [
        { id: 1, name: "id", required: true, type: "long" },
        { id: 2, name: "tags", required: false, type: { type: "list", "element-id": 3, "element-required": false, element: "string" } },
      ],
    },
  ],
  "current-schema-id": 0,
  "partition-specs": [{ "spec-id": 0, fields: [] }],
  "default-spec-id": 0,
  "last-partition-id": 999,
  "sort-orders": [{ "order-id": 0, fields: [] }],
  "default-sort-order-id": 0,
};

describe("types", () => {
  it.each(["boolean", "int", "long", "float", "double", "date", "time", "timestamp", "timestamptz", "string", "uuid", "binary", "decimal(38, 10)"])(
    "%s goes there and back",
    (type) => {
      const sqlType = toSqlType(type);
      expect(sqlType && toIcebergType(sqlType)).toBe(type);
    },
  );

  it("reads other spellings, and knows what it does not know", () => {
    expect(toSqlType("decimal(9,2)")).toEqual({ kind: "decimal", precision: 9, scale: 2 });
    expect(toSqlType("fixed[16]")).toEqual({ kind: "binary" });
    expect(toSqlType("geometry")).toBeUndefined();
  });
});

describe("metadata", () => {
  it("keeps 63-bit ids exact through reading and writing", () => {
    const text = '{"a":3051729675574597004,"b":[-9223372036854775808,1,0.5,1e3],"c":"3051729675574597004"}';
    expect(parseExactJson(text)).toEqual({ a: 3_051_729_675_574_597_004n, b: [-9_223_372_036_854_775_808n, 1, 0.5, 1000], c: "3051729675574597004" });
    expect(printExactJson(parseExactJson(text))).toBe(text.replace("1e3", "1000"));
  });

  it("finds snapshots of other writers by their exact id and keeps entries it does not know", () => {
    const snapshot = { "snapshot-id": 3_051_729_675_574_597_004n, "sequence-number": 1, "timestamp-ms": 1, "manifest-list": "x", summary: {} };
    const foreign = {
      ...valid,
      "last-sequence-number": 1,
      snapshots: [snapshot],
      "current-snapshot-id": 3_051_729_675_574_597_004n,
      "next-thing": { a: 1 },
    };
    const read = parseMetadata(printMetadata(foreign), "x");
    expect(read).toEqual({ ...foreign, refs: { main: { "snapshot-id": 3_051_729_675_574_597_004n, type: "branch" } } });
    expect(findSnapshot(read, "3051729675574597004")).toEqual(snapshot);
    expect(findSnapshot(read, "3051729675574597005")).toBeUndefined();
  });

  it.each([
    ["not JSON", "{", "storage.corrupt"],
    ["something else", "[1]", "storage.corrupt"],
    ["another format version", '{"format-version": 3}', "lake.unsupported"],
  ])("refuses %s", (_, text, code) => {
    expect(() => parseMetadata(Buffer.from(text), "x.metadata.json")).toThrow(expect.objectContaining({ code }));
  });

  it("takes what other writers leave out or write otherwise", () => {
    const snapshot = { "snapshot-id": 5, "parent-snapshot-id": null, "timestamp-ms": 1, "manifest-list": "x" };
    const read = parseMetadata(Buffer.from(JSON.stringify({ ...valid, "current-snapshot-id": 5, snapshots: [snapshot] })), "x");
    expect(read.snapshots).toEqual([{ "snapshot-id": 5, "sequence-number": 0, "timestamp-ms": 1, "manifest-list": "x", summary: {} }]);
    expect(read.refs).toEqual({ main: { "snapshot-id": 5, type: "branch" } });
    const empty = parseMetadata(Buffer.from(JSON.stringify({ ...valid, "current-snapshot-id": -1 })), "x");
    expect(empty).not.toHaveProperty("current-snapshot-id");
    expect(findSnapshot(empty)).toBeUndefined();
  });

  const snapshot = { "snapshot-id": 5, "sequence-number": 0, "timestamp-ms": 1, "manifest-list": "x", summary: {} };
  const [schema] = valid.schemas;
  const field = { id: 9, name: "late", required: false, type: "int" };
  it.each<readonly [string, object, string]>([
    ["no location", { location: undefined }, "lacks the text location"],
    ["an unsafe time", { "last-updated-ms": 1.5 }, "lacks the whole number last-updated-ms"],
    ["an unknown current schema", { "current-schema-id": 7 }, "current-schema-id is 7"],
    ["two schemas of one id", { schemas: [schema, schema] }, "schema-id 0 twice"],
    ["a column beyond the last id", { schemas: [{ ...schema, fields: [field] }] }, "last-column-id is 4"],
    [
      "two fields of one id",
      {
        schemas: [
          {
            ...schema,
            fields: [
              { ...field, id: 2 },
              { ...field, id: 2 },
            ],
          },
        ],
      },
      "which another field has",
    ],
    ["a type that is none", { schemas: [{ ...schema, fields: [{ ...field, id: 2, type: { type: "set" } }] }] }, "late has a type that is none"],
    ["a key that is no column", { schemas: [{ ...schema, "identifier-field-ids": [99] }] }, "a key column is not there"],
    ["an unknown default spec", { "default-spec-id": 3 }, "default-spec-id is 3"],
    ["no sort orders", { "sort-orders": undefined }, "sort-orders is no list"],
    ["a current snapshot that is gone", { "current-snapshot-id": 8 }, "the current snapshot 8 is not there"],
    ["a tag of nothing", { refs: { v1: { "snapshot-id": 8, type: "tag" } } }, "the snapshot 8 of v1 is not there"],
    ["main elsewhere", { snapshots: [snapshot], refs: { main: { "snapshot-id": 5, type: "branch" } } }, "main is not the current snapshot"],
    ["a snapshot without list", { snapshots: [{ ...snapshot, "manifest-list": undefined }] }, "lacks the text manifest-list"],
    ["a snapshot from the future", { snapshots: [{ ...snapshot, "sequence-number": 9 }] }, "a later sequence number"],
    ["a summary of numbers", { snapshots: [{ ...snapshot, summary: { rows: 1 } }] }, "no text for rows"],
    ["a log newer than the table", { "snapshot-log": [{ "snapshot-id": 5, "timestamp-ms": 100_000 }] }, "snapshot-log is newer"],
  ])("refuses %s and says so", (_, change, reason) => {
    const bytes = Buffer.from(JSON.stringify({ ...valid, ...change }));
    expect(() => parseMetadata(bytes, "x.metadata.json")).toThrow(
      expect.objectContaining({ code: "storage.corrupt", params: { name: "x.metadata.json", reason: expect.stringContaining(reason) } }),
    );
  });

  it("refuses column types of format version 3 as such", () => {
    const bytes = Buffer.from(JSON.stringify({ ...valid, schemas: [{ ...schema, fields: [{ ...field, id: 2, type: "timestamp_ns" }] }] }));
    expect(() => parseMetadata(bytes, "x")).toThrow(expect.objectContaining({ code: "lake.unsupported" }));
  });
});
