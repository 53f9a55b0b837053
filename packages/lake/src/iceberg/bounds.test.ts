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
