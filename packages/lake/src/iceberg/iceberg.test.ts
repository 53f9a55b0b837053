import { describe, expect, it } from "vitest";
import { encodeBound } from "./bounds.ts";
import { parseExactJson, printExactJson } from "./json.ts";
import { findSnapshot, newTableMetadata, parseMetadata, printMetadata } from "./metadata.ts";
import { toIcebergType, toSqlType } from "./sql-type.ts";

const hex = (type: string, value: string, side: "lower" | "upper" = "lower"): string | undefined => encodeBound(type, value, side)?.toString("hex");

describe("bounds", () => {
  it.each([
    ["boolean", "1", "01"],
    ["int", "-2", "feffffff"],
    ["long", "9223372036854775807", "ffffffffffffff7f"],
    ["double", "1.5", "000000000000f83f"],
    ["date", "1969-12-31", "ffffffff"],
    ["date", "2024-01-01", "0b4d0000"],
    ["timestamp", "1970-01-01 00:00:00.5", "20a1070000000000"],
    ["timestamptz", "1970-01-01 00:00:01+00", "40420f0000000000"],
    ["decimal(9, 2)", "1.00", "64"],
    ["decimal(9, 2)", "-1.28", "80"],
    ["decimal(9, 2)", "1.28", "0080"],
    ["decimal(38, 0)", "-12345678901234567890", "ff54ab567314e0f52e"],
    ["string", "abc", "616263"],
  ])("write %s %s as %s", (type, value, expected) => {
    expect(hex(type, value)).toBe(expected);
  });

  it("let a zero exclude neither of its signs", () => {
    expect(hex("double", "0.0", "lower")).toBe("0000000000000080");
    expect(hex("double", "-0.0", "upper")).toBe("0000000000000000");
  });

  it("cut long texts to 16 characters, the upper one rounded up", () => {
    expect(encodeBound("string", "a".repeat(20), "lower")?.toString()).toBe("a".repeat(16));
    expect(encodeBound("string", "a".repeat(20), "upper")?.toString()).toBe(`${"a".repeat(15)}b`);
    expect(encodeBound("string", `${"\u{10ffff}".repeat(16)}x`, "upper")).toBeUndefined();
    expect(encodeBound("string", `${"a".repeat(15)}\ud7ffx`, "upper")?.toString()).toBe(`${"a".repeat(15)}\ue000`);
  });

  it("leave out what has no safe form", () => {
    expect([hex("double", "nan"), hex("uuid", "x"), hex("date", "0044-03-15 (BC)"), hex("timestamp", "infinity")]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

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
