import { describe, expect, it } from "vitest";
import { parseExactJson, printExactJson } from "./json.ts";
import { findSnapshot, newTableMetadata, parseMetadata, printMetadata } from "./metadata.ts";
import { toIcebergType, toSqlType } from "./sql-type.ts";

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
    const schema = { type: "struct", "schema-id": 0, fields: [] } as const;
    const base = newTableMetadata({ uuid: "u", location: "file:///x", schema, nowMs: 1 });
    const snapshot = { "snapshot-id": 3_051_729_675_574_597_004n, "sequence-number": 1, "timestamp-ms": 1, "manifest-list": "x", summary: {} };
    const foreign = { ...base, snapshots: [snapshot], "current-snapshot-id": 3_051_729_675_574_597_004n, "next-thing": { a: 1 } };
    const read = parseMetadata(printMetadata(foreign), "x");
    expect(read).toEqual(foreign);
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
});
