import type { InspectedColumn } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { type Draft, doubledNames, importOptions, limitOf, matchColumns, newDraft, previewOptions, withColumn, withFile } from "./draft.ts";
import { chosenType, typeChange, typeChoices, typeName } from "./type-choices.ts";

const reading = { type: "text", nullTokens: [], decimal: null, thousands: null, format: null };

function column(source: string, more: Partial<InspectedColumn> = {}): InspectedColumn {
  const evidence = { values: 1, nulls: 0, likely: null, fitting: null, misfit: null, text: "1 text" };
  return { name: source, source, renamedFrom: null, type: "text", canRetype: true, reading, isNormalized: false, alternatives: [], evidence, ...more };
}

const COLUMNS = [column("id"), column("name"), column("note")];

describe("what is said of a file", () => {
  it("names the dataset after it", () => {
    expect(newDraft("Orders_2026.csv.gz").name).toBe("Orders 2026");
    expect(newDraft("list.xlsx").name).toBe("list");
  });

  it("goes to the import as a whole, and to the preview without what changes no value", () => {
    let draft: Draft = withColumn(newDraft("a.csv"), "id", { type: "text", name: "No" });
    draft = withColumn(draft, "note", { skip: true });
    expect(previewOptions(draft)).toEqual({ columns: { id: { type: "text" } } });
    expect(importOptions(draft)).toEqual({ columns: { id: { type: "text", name: "No" }, note: { skip: true } } });
  });

  it("forgets columns when the file is read another way, but not when only values are", () => {
    const draft = withColumn(newDraft("a.csv"), "id", { type: "text" });
    expect(withFile(draft, "values", { decimal: "," }).columns).toEqual({ id: { type: "text" } });
    expect(withFile(draft, "delimited", { delimiter: ";" }).columns).toEqual({});
  });

  it("is nothing once it is taken back", () => {
    const draft = withColumn(newDraft("a.csv"), "id", { name: "No" });
    expect(importOptions(withColumn(draft, "id", { name: undefined }))).toEqual({});
    expect(importOptions(withFile(withFile(draft, "encoding", "utf-8"), "encoding", undefined))).toEqual({});
  });

  it("tells which names are there twice, those left out aside", () => {
    const draft = withColumn(newDraft("a.csv"), "note", { name: "ID" });
    expect([...doubledNames(draft, COLUMNS)]).toEqual(["id"]);
    expect([...doubledNames(withColumn(draft, "id", { skip: true }), COLUMNS)]).toEqual([]);
  });

  it("is compared with the columns of a dataset", () => {
    const named = (name: string) => ({ name, type: "text" as const, storedType: "string", masked: false });
    const dataset = { columns: [named("id"), named("person")] as never };
    expect(matchColumns(newDraft("a.csv"), COLUMNS, dataset)).toMatchObject({ added: [{ source: "name" }, { source: "note" }], missing: ["person"] });
    const draft = withColumn(withColumn(newDraft("a.csv"), "name", { name: "person" }), "note", { skip: true });
    expect(matchColumns(draft, COLUMNS, dataset)).toEqual({ added: [], missing: [] });
  });

  it("sets a limit by number or share", () => {
    expect(limitOf({ limit: "none", limitValue: "x" })).toBeUndefined();
    expect(limitOf({ limit: "count", limitValue: "10" })).toEqual({ count: 10 });
    expect(limitOf({ limit: "share", limitValue: "1.5" })).toEqual({ share: 0.015 });
    expect([
      limitOf({ limit: "count", limitValue: "1.5" }),
      limitOf({ limit: "share", limitValue: "101" }),
      limitOf({ limit: "count", limitValue: "" }),
    ]).toEqual([null, null, null]);
  });
});

describe("the types of a column", () => {
  it("are called as people call them", () => {
    expect(["bigint", "decimal(18,2)", "list<text>", "struct<a: text>"].map(typeName)).toEqual(["Integer", "Decimal, 2 places", "List", "Object"]);
  });

  it("begin with what was detected and what fits as well", () => {
    const day = column("day", {
      alternatives: [
        { ...reading, type: "date", format: "%d/%m/%Y" },
        { ...reading, type: "date", format: "%m/%d/%Y" },
      ],
    });
    const choices = typeChoices(day, undefined);
    expect(choices.slice(0, 3).map(({ label }) => label)).toEqual(["Text (detected)", "Date as %d/%m/%Y (fits)", "Date as %m/%d/%Y (fits)"]);
    const draft = withColumn(newDraft("a.csv"), "day", typeChange(choices, "fits-1"));
    expect(importOptions(draft)).toEqual({ columns: { day: { type: "date", format: "%m/%d/%Y" } } });
    expect(chosenType(choices, draft.columns["day"])).toBe("fits-1");
  });

  it("take back what another choice said", () => {
    const choices = typeChoices(column("day"), undefined);
    const draft = withColumn(newDraft("a.csv"), "day", { ...typeChange(choices, "%d.%m.%Y"), name: "Day" });
    expect(withColumn(draft, "day", typeChange(choices, "integer")).columns).toEqual({ day: { type: "integer", name: "Day" } });
    expect(withColumn(draft, "day", typeChange(choices, "")).columns).toEqual({ day: { name: "Day" } });
  });
});
