import { type Mask, MASK_KINDS, MASKS } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { stricter, strictest } from "./strictness.ts";

const examples = MASK_KINDS.map((kind): Mask => MASKS[kind].example.mask);

describe("the order of strictness", () => {
  it("takes the later kind, whichever comes first", () => {
    for (const [index, left] of examples.entries())
      for (const right of examples.slice(index)) {
        expect(stricter(left, right)).toEqual(right);
        expect(stricter(right, left)).toEqual(right);
      }
  });

  it("takes the stricter setting of one kind", () => {
    const [two, three]: readonly Mask[] = [
      { kind: "numeric_round", digits: 2 },
      { kind: "numeric_round", digits: 3 },
    ];
    const [month, year]: readonly Mask[] = [
      { kind: "date_truncate", unit: "month" },
      { kind: "date_truncate", unit: "year" },
    ];
    expect([stricter(two as Mask, three as Mask), stricter(three as Mask, two as Mask)]).toEqual([three, three]);
    expect([stricter(month as Mask, year as Mask), stricter(year as Mask, month as Mask)]).toEqual([year, year]);
  });

  it("redacts where two settings cannot be compared", () => {
    const pattern = (text: string): Mask => ({ kind: "regex", pattern: text, replacement: "" });
    const constant = (value: string): Mask => ({ kind: "constant", value });
    expect(stricter(pattern("a"), pattern("b"))).toEqual({ kind: "redact" });
    expect(stricter(constant("a"), constant("b"))).toEqual({ kind: "redact" });
    expect(stricter(pattern("a"), pattern("a"))).toEqual(pattern("a"));
    expect(stricter(constant("a"), constant("a"))).toEqual(constant("a"));
  });

  it("finds the strictest of several, and none among none", () => {
    expect(strictest([])).toBeUndefined();
    expect(strictest([{ kind: "token" }, { kind: "redact" }, { kind: "email" }])).toEqual({ kind: "redact" });
    expect(strictest([{ kind: "constant", value: "a" }, { kind: "constant", value: "b" }, { kind: "null" }])).toEqual({ kind: "null" });
  });

  it("finds the same strictest one in whatever order masks come", () => {
    const first: Mask = { kind: "regex", pattern: "a", replacement: "" };
    const second: Mask = { kind: "regex", pattern: "b", replacement: "" };
    expect([strictest([first, second, { kind: "hash" }]), strictest([first, { kind: "hash" }, second])]).toEqual([{ kind: "redact" }, { kind: "redact" }]);
  });
});
