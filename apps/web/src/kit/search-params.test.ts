import { describe, expect, it } from "vitest";
import { choiceParam, keyParam, knownOnly, present, textParam } from "./search-params.ts";

describe("search parameters", () => {
  it("takes what is meant and drops the rest", () => {
    expect(textParam({ q: "  rye " }, "q")).toBe("rye");
    expect(textParam({ q: 12 }, "q")).toBe("12");
    expect(textParam({ q: "x".repeat(300) }, "q")).toBeUndefined();
    expect(choiceParam({ state: "running" }, "state", ["running", "failed"])).toBe("running");
    expect(choiceParam({ state: "<script>" }, "state", ["running", "failed"])).toBeUndefined();
  });

  it("takes a key as text and as the list that the router makes of bare JSON", () => {
    expect(keyParam({ row: '["a"]' }, "row")).toBe('["a"]');
    expect(keyParam({ row: ["a"] }, "row")).toBe('["a"]');
    expect(keyParam({ row: { a: 1 } }, "row")).toBeUndefined();
  });

  it("hides what no page asked for", () => {
    const raw = { q: "rye", sort: { a: 1 } };
    expect({ ...raw, ...knownOnly(raw, present({ q: textParam(raw, "q"), sort: textParam(raw, "sort") })) }).toEqual({ q: "rye", sort: undefined });
  });

  it("keeps addresses short", () => {
    expect(present({ a: undefined, b: "1" })).toEqual({ b: "1" });
  });
});
