import { describe, expect, it } from "vitest";
import { compareBounds, encodeBound } from "./bounds.ts";
import { decodeValue, encodeValue } from "./single-value.ts";

const hex = (type: string, value: string, side: "lower" | "upper" = "lower"): string | undefined => encodeBound(type, value, side)?.toString("hex");
const encoded = (type: string, value: string): Buffer => encodeValue(type, value) ?? expect.fail(`${value} is no ${type}`);

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = numbers(7);
const whole = (bits: number): bigint => {
  let value = 0n;
  for (let left = bits; left > 0; left -= 16) value = (value << 16n) | BigInt(Math.floor(random() * 65_536));
  return BigInt.asIntN(bits, value >> BigInt(Math.floor(random() * bits)));
};
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
const textOf = (): string =>
  Array.from({ length: Math.floor(random() * 40) }, () => pick(["a", "Z", "\u0000", "é", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"])).join("");
const hexOf = (size: number): string => Array.from({ length: size }, () => pick(["00", "7F", "80", "FE", "FF"])).join("");

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
    ["float", "-2.5", "000020c0"],
    ["float", "inf", "0000807f"],
    ["double", "-inf", "000000000000f0ff"],
    ["time", "22:31:08", "008307e012000000"],
    ["date", "0044-03-15 (BC)", "48c8f4ff"],
    ["date", "10000-01-02", "a2c02c00"],
    ["timestamptz", "2017-11-16 14:31:08-08", "00c3262d215e0500"],
    ["uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7", "f79c3e09677c4bbda4793f349cb785e7"],
    ["fixed[3]", "0001FF", "0001ff"],
    ["binary", "01FF", "01ff"],
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
    const none: readonly (readonly [string, string])[] = [
      ["double", "nan"],
      ["uuid", "x"],
      ["date", "infinity"],
      ["timestamp", "-infinity"],
      ["date", "2023-02-29"],
      ["timestamp", "2024-01-01 10:00:00+02"],
      ["timestamp", "2024-01-01 10:00:00.1234567"],
      ["int", "2147483648"],
      ["long", "9223372036854775808"],
      ["decimal(9, 2)", "1.005"],
      ["fixed[2]", "00"],
      ["boolean", "yes"],
      ["geometry", "x"],
    ];
    for (const [type, value] of none) expect(hex(type, value), `${type} ${value}`).toBeUndefined();
  });
});

describe("single values", () => {
  const many = Array.from({ length: 300 }, () => 0);
  const days = (): string => decodeValue("date", encoded("int", String(whole(31) % 2_000_000n)));
  const made: Readonly<Record<string, () => string>> = {
    boolean: () => pick(["true", "false"]),
    int: () => whole(32).toString(),
    long: () => whole(64).toString(),
    float: () => decodeValue("float", encoded("int", String(whole(30)))),
    double: () => String(Number(whole(53)) / 2 ** Math.floor(random() * 60)),
    "decimal(9, 2)": () => decodeValue("decimal(9, 2)", encoded("decimal(9, 0)", String(whole(29)))),
    "decimal(38, 10)": () => decodeValue("decimal(38, 10)", encoded("decimal(38, 0)", String(whole(120)))),
    date: days,
    time: () => decodeValue("time", encoded("long", String(Math.floor(random() * 86_400_000_000)))),
    timestamp: () => `${days()} ${decodeValue("time", encoded("long", String(Math.floor(random() * 86_400_000_000))))}`,
    timestamptz: () => `${days()} ${decodeValue("time", encoded("long", String(Math.floor(random() * 86_400_000_000))))}+00`,
    string: textOf,
    uuid: () => decodeValue("uuid", Buffer.from(hexOf(16), "hex")),
    "fixed[4]": () => hexOf(4),
    binary: () => hexOf(Math.floor(random() * 40)),
  };

  it.each(Object.keys(made))("of type %s read as what was written", (type) => {
    for (const _ of many) {
      const text = made[type]?.() ?? "";
      expect(decodeValue(type, encoded(type, text))).toBe(text);
    }
  });

  it.each(Object.keys(made))("of type %s lie within bounds made of them", (type) => {
    const outside = many
      .map(() => made[type]?.() ?? "")
      .filter((text) => {
        const value = encoded(type, text);
        const [lower = value, upper = value] = [encodeBound(type, text, "lower"), encodeBound(type, text, "upper")];
        return compareBounds(type, lower, value) > 0 || compareBounds(type, upper, value) < 0;
      });
    expect(outside).toEqual([]);
  });

  it("keep the order of their values", () => {
    const ordered: Readonly<Record<string, readonly string[]>> = {
      int: ["-2147483648", "-1", "0", "1", "2147483647"],
      long: ["-9223372036854775808", "-1", "0", "9223372036854775807"],
      double: ["-inf", "-1.5", "0", "5e-324", "inf", "nan"],
      "decimal(38, 2)": ["-123456789012345678901234567890123456.78", "-1.28", "-1.27", "0.00", "1.27", "1.28"],
      date: ["0044-03-15 (BC)", "0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "10000-01-01"],
      timestamp: ["0044-03-15 (BC) 00:00:00", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "294247-01-10 04:00:54.775807"],
      string: ["", "a", "aa", "b", "\uffff", "😀"],
      binary: ["", "00", "7F", "80", "FF"],
      uuid: ["00000000-0000-0000-0000-000000000001", "7fffffff-0000-0000-0000-000000000000", "80000000-0000-0000-0000-000000000000"],
      boolean: ["false", "true"],
    };
    for (const [type, texts] of Object.entries(ordered)) {
      const values = texts.map((text) => encoded(type, text));
      for (const [left, a] of values.entries())
        for (const [right, b] of values.entries()) expect(Math.sign(compareBounds(type, a, b)), `${type} ${left} ${right}`).toBe(Math.sign(left - right));
    }
  });

  it("written before a column was widened compare with later ones", () => {
    expect(compareBounds("long", encoded("int", "-1"), encoded("long", "-2"))).toBeGreaterThan(0);
    expect(compareBounds("double", encoded("float", "0.5"), encoded("double", "0.5"))).toBe(0);
    expect(decodeValue("long", encoded("int", "-7"))).toBe("-7");
    expect(decodeValue("double", encoded("float", "0.5"))).toBe("0.5");
  });

  it("take both zeros for equal", () => {
    expect(compareBounds("double", encoded("double", "-0.0"), encoded("double", "0"))).toBe(0);
    expect(decodeValue("double", encoded("double", "-0.0"))).toBe("-0.0");
  });

  it.each([
    ["int", "00"],
    ["long", "000000"],
    ["boolean", ""],
    ["uuid", "00"],
    ["double", "0000"],
  ])("of type %s are refused when they have the wrong size", (type, bytes) => {
    expect(() => decodeValue(type, Buffer.from(bytes, "hex"))).toThrow(RangeError);
  });

  it("cut long bytes to 16, the upper one rounded up", () => {
    expect(hex("binary", "FF".repeat(20), "upper")).toBeUndefined();
    expect(hex("binary", `00${"FF".repeat(19)}`, "upper")).toBe("01");
    expect(hex("fixed[20]", "AB".repeat(20), "lower")).toBe("ab".repeat(16));
  });
});
