import { describe, expect, it } from "vitest";
import { choiceParam, present, textParam } from "./search-params.ts";

describe("search parameters", () => {
  it("takes what is meant and drops the rest", () => {
    expect(textParam({ q: "  rye " }, "q")).toBe("rye");
    expect(textParam({ q: 12 }, "q")).toBe("12");
    expect(textParam({ q: "x".repeat(300) }, "q")).toBeUndefined();
    expect(choiceParam({ state: "running" }, "state", ["running", "failed"])).toBe("running");
    expect(choiceParam({ state: "<script>" }, "state", ["running", "failed"])).toBeUndefined();
  });

  it("keeps addresses short", () => {
    expect(present({ a: undefined, b: "1" })).toEqual({ b: "1" });
  });
});
