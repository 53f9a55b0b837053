import { isAppError } from "@granary/kernel";
import { describe, expect, it } from "vitest";
import { MASKS } from "./mask-catalogue.ts";
import { type Mask, MASK_KINDS, maskInput, maskText, parseMask } from "./masks.ts";

const refusal = (text: string): unknown => {
  try {
    return parseMask(text);
  } catch (error) {
    return isAppError(error) ? [error.code, error.params["reason"]] : error;
  }
};

describe("the short text of a mask", () => {
  it.each<[string, Mask]>([
    ["email", { kind: "email" }],
    ["partial_email", { kind: "email" }],
    ["name", { kind: "partial_text" }],
    ["numeric_round", { kind: "numeric_round", digits: 2 }],
    ["numeric_round:3", { kind: "numeric_round", digits: 3 }],
    ["date_truncate", { kind: "date_truncate", unit: "month" }],
    ["date_truncate:year", { kind: "date_truncate", unit: "year" }],
    ["constant:a: b", { kind: "constant", value: "a: b" }],
    ["custom:\\d{2}:\\d", { kind: "regex", pattern: "\\d{2}:\\d", replacement: "***" }],
    ["custom:^(..).*$ => \\1", { kind: "regex", pattern: "^(..).*$", replacement: "\\1" }],
    ["custom:a => b => c", { kind: "regex", pattern: "a => b", replacement: "c" }],
    ["null", { kind: "null" }],
  ])("stands for a mask: %s", (text, expected) => {
    expect(parseMask(text)).toEqual(expected);
    expect(parseMask(maskText(expected))).toEqual(expected);
  });

  it("is there for every example of the catalogue", () => {
    for (const { example } of Object.values(MASKS)) expect(parseMask(maskText(example.mask))).toEqual(example.mask);
  });

  it("keeps a pattern with an arrow in it apart from its replacement", () => {
    const arrow: Mask = { kind: "regex", pattern: "a => b", replacement: "***" };
    expect(parseMask(maskText(arrow))).toEqual(arrow);
  });

  it.each([
    ["", "must be one of date_truncate"],
    ["emial", "must be one of date_truncate"],
    ["__proto__", "must be one of date_truncate"],
    ["constructor:1", "must be one of date_truncate"],
    ["email:2", "must be one of date_truncate"],
    ["numeric_round:0", "digits"],
    ["numeric_round:16", "digits"],
    ["numeric_round:two", "digits"],
    ["date_truncate:day", "unit"],
    ["custom", "pattern"],
    ["custom:", "pattern"],
    ["custom:a\nb", "pattern must not hold control characters"],
    [`custom:${"a".repeat(201)}`, "pattern"],
    ["constant", "value"],
    ["constant:\u0000", "value must not hold control characters"],
  ])("is refused with a reason: %j", (text, reason) => {
    expect(refusal(text)).toEqual(["mask.invalid", expect.stringContaining(reason)]);
  });
});

describe("a mask in a body", () => {
  it("is an object or its short text", () => {
    expect(maskInput.parse({ kind: "numeric_round", digits: 3 })).toEqual(maskInput.parse("numeric_round:3"));
    expect(maskInput.safeParse({ kind: "email", digits: 3 }).success).toBe(false);
    for (const wrong of [null, 7, [], {}, { kind: "none" }]) expect(maskInput.safeParse(wrong).success).toBe(false);
  });
});

describe("the catalogue", () => {
  it("has every kind in the order of strictness", () => expect(Object.keys(MASKS)).toEqual(MASK_KINDS));
});
