import type { Column } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { edgeValue } from "./column-band.tsx";
import { hasAll, readFilter, sentenceOf, toggled } from "./conditions.ts";
import { namesText, readNames, readSort, sortText } from "./names-text.ts";

const column = (name: string, type: Column["type"], storedType: string = type): Column => ({ name, type, storedType, masked: false });
const COLUMNS = [column("price", "decimal", "decimal(9, 2)"), column("city", "text"), column("day", "date")];

describe("a filter as a sentence", () => {
  it.each([
    [{ column: "price", op: "gt", value: "10" } as const, "price is more than 10"],
    [{ column: "city", op: "contains", value: "rich" } as const, "city contains “rich”"],
    [{ column: "city", op: "in", values: ["Bern", "Basel"] } as const, "city is one of “Bern”, “Basel”"],
    [{ column: "day", op: "lt", value: "2026-01-31" } as const, "day is before 2026-01-31"],
    [{ column: "price", op: "between", values: ["1", "2"] } as const, "price is between 1 and 2"],
    [{ column: "city", op: "is_null" } as const, "city is missing"],
    [{ not: { column: "city", op: "is_null" } } as const, "not (city is missing)"],
  ])("%o reads: %s", (filter, words) => expect(sentenceOf(filter, COLUMNS)).toBe(words));
});

describe("a filter in an address", () => {
  it("is taken only when it has the shape of one", () => {
    const nested = { and: [{ column: "a", op: "eq", value: "1" }, { or: [{ not: { column: "b", op: "is_null" } }] }] };
    expect(readFilter(nested)).toEqual(nested);
    for (const bad of [
      { and: [{ column: "a" }] },
      { column: "a", op: "drop" },
      { column: "a", op: "eq", value: 1 },
      { column: "a", op: "in", values: [1] },
      null,
      "x",
    ])
      expect(readFilter(bad)).toBeUndefined();
  });
});

describe("bars that filter", () => {
  const bar = [
    { column: "price", op: "gt", value: "1" },
    { column: "price", op: "le", value: "2" },
  ] as const;
  const city = { column: "city", op: "eq", value: "Bern" } as const;

  it("replace what the column was filtered by, and take it away at the second click", () => {
    const once = toggled({ and: [city, { column: "price", op: "eq", value: "9" }] }, "price", bar);
    expect(once).toEqual({ and: [city, ...bar] });
    expect(hasAll(once, bar)).toBe(true);
    expect(toggled(once, "price", bar)).toEqual(city);
  });

  it("end at values their column can hold", () => {
    const integer = column("n", "integer");
    expect([edgeValue("3.9000000000000004", integer), edgeValue("-0.5", integer), edgeValue("12", integer)]).toEqual(["3", "-1", "12"]);
    expect(edgeValue("49.9975", column("p", "decimal", "decimal(9,2)"))).toBe("49.99");
    expect(edgeValue("0.1234567", column("d", "number", "double"))).toBe("0.1234567");
    expect(edgeValue("2026-01-31", column("day", "date"))).toBe("2026-01-31");
  });
});

describe("names in an address", () => {
  it("survive commas and brackets", () => {
    for (const names of [["a", "b"], ["a,b", "c"], ["[x]"], [" lead"]]) expect(readNames(namesText(names))).toEqual(names);
    expect(namesText([])).toBeUndefined();
  });

  it("tell directions, and take a column that begins with a minus by its name", () => {
    const order = [
      { column: "price", descending: true },
      { column: "city", descending: false },
    ];
    expect(sortText(order)).toBe("-price,city");
    expect(readSort("-price,city", ["price", "city"])).toEqual(order);
    expect(readSort("-odd", ["-odd"])).toEqual([{ column: "-odd", descending: false }]);
  });
});
