import { describe, expect, it } from "vitest";
import { choiceOf, sourceOf } from "./download-text.ts";

const ALL = { columns: [], filter: null, q: null, sort: null, batchId: null };

describe("what a download holds", () => {
  it("names few columns and counts many", () => {
    expect(choiceOf({ ...ALL, columns: ["id", "city"] })).toBe("id, city");
    expect(choiceOf({ ...ALL, columns: ["a", "b", "c", "d"] })).toBe("4 columns: a, b, c, …");
  });

  it("says which rows", () => {
    const filter = { column: "city", op: "eq", value: "Bern" };
    expect(choiceOf({ ...ALL, columns: ["id"], filter, q: "ann", sort: "-id" })).toMatch(/^id; where city .*Bern.*; with “ann”; ordered by -id$/);
  });

  it("tells of a query only what its reader may know", () => {
    expect(sourceOf({ dataset: { id: "ds_1" as never, name: "Orders" }, query: null })).toBe("Orders");
    expect(sourceOf({ dataset: null, query: { id: null, label: null, datasets: [] } })).toBe("Result of a SQL query");
  });
});
