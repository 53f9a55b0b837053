import { describe, expect, it } from "vitest";
import { offersAt, usedTables } from "./complete-sql.ts";
import { offsetOf, quoteName, statementAt, wordAt } from "./sql-text.ts";

describe("names in a query", () => {
  it.each([
    ["orders", "orders"],
    ["Orders", "Orders"],
    ["Order items", '"Order items"'],
    ["order", '"order"'],
    ["1st", '"1st"'],
    ['a "b"', '"a ""b"""'],
    ["größe", '"größe"'],
  ])("writes %s as %s", (name, written) => expect(quoteName(name)).toBe(written));
});

describe("statements", () => {
  const text = "SELECT ';' AS a; -- one; two\nSELECT 2;\n\n";

  it.each([
    [0, "SELECT ';' AS a"],
    [8, "SELECT ';' AS a"],
    [30, "-- one; two\nSELECT 2"],
    [text.length, "-- one; two\nSELECT 2"],
  ])("finds the one at %i", (position, expected) => expect(statementAt(text, position).text).toBe(expected));

  it("tells where it lies", () => {
    const { from, to } = statementAt(text, 20);
    expect(text.slice(from, to)).toBe("-- one; two\nSELECT 2");
    expect(statementAt("  \n ", 2)).toEqual({ from: 0, to: 0, text: "" });
  });
});

describe("places", () => {
  it("are counted in characters, not in units of the text", () => {
    expect(offsetOf("SELECT '👩‍🌾'\nFROM x", 2, 6)).toBe("SELECT '👩‍🌾'\nFROM ".length);
    expect(offsetOf("SELECT '🌾', x", 1, 13)).toBe("SELECT '🌾', ".length);
    expect(offsetOf("a", 9, 9)).toBe(1);
  });

  it("cover the word that begins there", () => {
    expect(wordAt('FROM "Order items" x', 5).text).toBe('"Order items"');
    expect(wordAt("SELECT größe, b", 7).text).toBe("größe");
    expect(wordAt("a )", 2).text).toBe(")");
  });
});

describe("completion", () => {
  const catalog = {
    datasets: [
      {
        name: "Orders",
        columns: [
          { name: "id", type: "integer" as const },
          { name: "unit price", type: "decimal" as const },
        ],
      },
      { name: "Order items", columns: [{ name: "sku", type: "text" as const }] },
    ],
    isComplete: true,
    functions: ["sum"],
  };
  const labels = (before: string, after = "") => offersAt(before, before + after, catalog).map(({ label }) => label);

  it("offers datasets after FROM and JOIN", () => {
    expect(labels("SELECT * FROM or")).toEqual(["Orders", "Order items"]);
    expect(labels("SELECT * FROM orders o JOIN ")).toEqual(["Orders", "Order items"]);
  });

  it("offers the columns of a table after its name or what it is called", () => {
    expect(labels("SELECT o.", " FROM orders o")).toEqual(["id", "unit price"]);
    expect(labels("SELECT orders.u", " FROM Orders WHERE true")).toEqual(["id", "unit price"]);
    expect(labels("SELECT i.s", ' FROM "Order items" AS i')).toEqual(["sku"]);
    expect(labels("SELECT x.", " FROM orders o")).toEqual([]);
  });

  it("offers columns in sight first, then datasets and functions", () => {
    const offered = labels("SELECT ", " FROM orders");
    expect([...offered.slice(0, 4), offered.at(-1)]).toEqual(["id", "unit price", "Orders", "Order items", "sum"]);
    expect(offered).toContain("GROUP BY");
    expect(offersAt("SELECT ", "SELECT  FROM orders", catalog)[1]).toMatchObject({ apply: '"unit price"', detail: "decimal" });
  });

  it("knows tables with versions and what is no alias", () => {
    const used = usedTables('FROM orders AT (VERSION => 3) o JOIN "order items" WHERE 1', catalog.datasets);
    expect(used.map(({ alias, dataset }) => [alias, dataset.name])).toEqual([
      ["o", "Orders"],
      ["Order items", "Order items"],
    ]);
  });
});
