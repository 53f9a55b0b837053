import { describe, expect, it } from "vitest";
import { decodeValue, encodeValue } from "./single-value.ts";
import { parseTransform, transformResultType } from "./transform.ts";
import { hashValue, transformValue } from "./transform-value.ts";

const encoded = (type: string, text: string): Buffer => encodeValue(type, text) ?? expect.fail(`${text} is no ${type}`);

function apply(transform: string, type: string, text: string | null): string | null {
  const parsed = parseTransform(transform);
  const result = parsed === undefined ? undefined : transformResultType(parsed, type);
  const value = transformValue(transform, type, text === null ? null : encoded(type, text));
  return value === null ? null : decodeValue(result ?? "", value);
}

describe("hashes", () => {
  // Appendix B of the specification.
  it.each([
    ["int", "34", 2_017_239_379],
    ["long", "34", 2_017_239_379],
    ["decimal(9, 2)", "14.20", -500_754_589],
    ["date", "2017-11-16", -653_330_422],
    ["time", "22:31:08", -662_762_989],
    ["timestamp", "2017-11-16 22:31:08", -2_047_944_441],
    ["timestamp", "2017-11-16 22:31:08.000001", -1_207_196_810],
    ["timestamptz", "2017-11-16 14:31:08-08:00", -2_047_944_441],
    ["timestamptz", "2017-11-16 14:31:08.000001-08:00", -1_207_196_810],
    ["string", "iceberg", 1_210_000_089],
    ["uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7", 1_488_055_340],
    ["fixed[4]", "00010203", -188_683_207],
    ["binary", "00010203", -188_683_207],
  ])("of %s %s are the specification's", (type, text, hash) => {
    expect(hashValue(type, encoded(type, text))).toBe(hash);
  });

  it("do not change when a column is widened", () => {
    expect(hashValue("long", encoded("int", "-34"))).toBe(hashValue("long", encoded("long", "-34")));
    expect(hashValue("decimal(38, 2)", encoded("decimal(38, 2)", "-14.20"))).toBe(hashValue("decimal(9, 2)", encoded("decimal(9, 2)", "-14.20")));
  });
});

describe("transforms", () => {
  it.each([
    ["identity", "string", "a", "a"],
    ["void", "string", "a", null],
    ["bucket[16]", "long", "34", "3"],
    ["bucket[100]", "string", "iceberg", "89"],
    ["truncate[10]", "int", "1", "0"],
    ["truncate[10]", "int", "-1", "-10"],
    ["truncate[10]", "long", "-9223372036854775800", "-9223372036854775800"],
    ["truncate[50]", "decimal(9, 2)", "10.65", "10.50"],
    ["truncate[50]", "decimal(9, 2)", "-0.01", "-0.50"],
    ["truncate[3]", "string", "iceberg", "ice"],
    ["truncate[2]", "string", "😀é\u{10ffff}", "😀é"],
    ["truncate[3]", "binary", "0102030405", "010203"],
    ["year", "date", "1969-12-31", "-1"],
    ["year", "timestamp", "2017-11-16 22:31:08", "47"],
    ["month", "date", "1969-12-31", "-1"],
    ["month", "timestamptz", "2017-11-16 22:31:08+00", "574"],
    ["day", "date", "2017-11-16", "2017-11-16"],
    ["day", "timestamp", "1969-12-31 23:59:59.999999", "1969-12-31"],
    ["hour", "timestamp", "1969-12-31 23:59:59.999999", "-1"],
    ["hour", "timestamptz", "2017-11-16 22:31:08+00", "419686"],
  ])("make %s of %s %s to %s", (transform, type, text, expected) => {
    expect(apply(transform, type, text)).toBe(expected);
    expect(apply(transform, type, null)).toBeNull();
  });

  it("are refused where they do not apply", () => {
    for (const [transform, type] of [
      ["hour", "date"],
      ["bucket[4]", "double"],
      ["truncate[4]", "uuid"],
      ["year", "string"],
      ["bucket[0]", "int"],
      ["bucket", "int"],
      ["zorder", "int"],
    ] as const)
      expect(() => transformValue(transform, type, null), `${transform} of ${type}`).toThrow(expect.objectContaining({ code: "lake.unsupported" }));
  });
});
