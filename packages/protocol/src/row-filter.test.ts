import { describe, expect, it } from "vitest";
import { MAX_FILTER_DEPTH, rowFilterText } from "./row-filter.ts";

const issuesOf = (filter: unknown) => {
  const parsed = rowFilterText.safeParse(typeof filter === "string" ? filter : JSON.stringify(filter));
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};

const nested = (depth: number): unknown => (depth === 1 ? { column: "a", op: "is_null" } : { not: nested(depth - 1) });

describe("a row filter", () => {
  it("reads conditions and combinations of them", () => {
    const filter = {
      and: [
        { column: "price", op: "between", values: ["1", "2"] },
        { or: [{ column: "name", op: "contains", value: "a" }, { not: { column: "name", op: "in", values: [] } }] },
        { column: "name", op: "is_not_null" },
      ],
    };
    expect(rowFilterText.parse(JSON.stringify(filter))).toEqual(filter);
  });

  it("names the place of every fault", () => {
    const filter = {
      and: [
        { column: "a", op: "eq" },
        { column: 1, op: "eq", value: "x" },
        { column: "a", op: "like", value: "x" },
        { column: "a", op: "eq", values: ["x"] },
      ],
    };
    const issues = issuesOf(filter);
    expect(issues).toHaveLength(4);
    expect(issues[0]).toBe("and.0.value: must be a text, whatever the column's type");
    expect(issues[1]).toBe("and.1.column: must be the name of a column");
    expect(issues[2]).toContain("and.2.op: must be one of eq, ne");
    expect(issues[3]).toBe("and.3.values: is not known here");
  });

  it.each([
    ["no JSON", "{", "must be JSON"],
    ["a list", [], "must be an object"],
    ["a number as value", { column: "a", op: "eq", value: 1 }, "must be a text"],
    ["one end of a range", { column: "a", op: "between", values: ["1"] }, "lower and the upper end"],
    ["a value where there is none", { column: "a", op: "is_null", value: "1" }, "is not known here"],
    ["an operator of every object", { column: "a", op: "constructor", value: "1" }, "must be one of"],
    ["a group with more in it", { and: [], column: "a" }, "is not known here"],
    ["too many conditions", { or: Array.from({ length: 201 }, () => ({ column: "a", op: "is_null" })) }, "more than 200"],
    [
      "too many conditions in groups",
      { or: [1, 2, 3].map(() => ({ and: Array.from({ length: 70 }, () => ({ column: "a", op: "is_null" })) })) },
      "one condition more",
    ],
    ["too deep nesting", nested(MAX_FILTER_DEPTH + 1), "more than 8 deep"],
  ])("refuses %s", (_what, filter, message) => {
    expect(issuesOf(filter).join()).toContain(message);
  });

  it("accepts the deepest nesting allowed", () => expect(issuesOf(nested(MAX_FILTER_DEPTH))).toEqual([]));
});
