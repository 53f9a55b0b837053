import type { DatasetSchema, SchemaColumn } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { differenceText } from "./difference-text.ts";
import { changedCount, draftDocument, moved, newColumn, toDraft, typeChoices } from "./schema-draft.ts";

const column = (id: number, name: string, more: Partial<SchemaColumn> = {}): SchemaColumn => ({
  id,
  name,
  type: "text",
  storedType: "string",
  description: "",
  semanticType: null,
  required: false,
  unique: false,
  key: false,
  allowedValues: null,
  masked: false,
  ...more,
});

const schema: DatasetSchema = {
  version: 3,
  dataVersion: 5,
  columns: [column(1, "sku", { key: true, required: true }), column(2, "colour", { allowedValues: ["red", "blue"] }), column(3, "country", { key: true })],
  keys: ["country", "sku"],
  at: "2026-01-01T00:00:00Z",
  by: null,
  reason: "",
  can: { change: true },
};

describe("a draft of columns", () => {
  it("comes back as the document it began as", () => {
    const document = draftDocument(toDraft(schema), schema);
    expect(document.keys).toEqual(["country", "sku"]);
    expect(document.columns[1]).toEqual({
      id: 2,
      name: "colour",
      type: "string",
      description: "",
      semanticType: null,
      required: false,
      unique: false,
      allowedValues: ["red", "blue"],
    });
  });

  it("leaves dropped columns out and sends new ones without an id", () => {
    const [sku, colour, country] = toDraft(schema);
    if (sku === undefined || colour === undefined || country === undefined) throw new Error("no columns");
    const draft = [{ ...colour, isDropped: true }, country, { ...sku, name: " number " }, { ...newColumn(), name: "size", isKey: true, allowed: " a \n\nb\n" }];
    const document = draftDocument(draft, schema);
    expect(document.keys).toEqual(["country", "number", "size"]);
    expect(document.columns.map(({ id, name, allowedValues }) => [id, name, allowedValues])).toEqual([
      [3, "country", null],
      [1, "number", null],
      [undefined, "size", ["a", "b"]],
    ]);
  });

  it("moves columns by one place and no further than the ends", () => {
    const draft = toDraft(schema);
    const names = (list: typeof draft) => list.map(({ name }) => name);
    expect(names(moved(draft, "1", 1))).toEqual(["colour", "sku", "country"]);
    expect(moved(draft, "1", -1)).toBe(draft);
    expect(changedCount(moved(draft, "1", 1), draft)).toBe(2);
    expect(changedCount(draft, draft)).toBe(0);
  });

  it.each<[string, readonly string[]]>([
    ["int", ["int", "long"]],
    ["float", ["float", "double"]],
    ["decimal(9, 2)", ["decimal(9, 2)", "decimal(38, 2)"]],
    ["string", ["string"]],
  ])("offers types that keep every %s", (stored, choices) => expect(typeChoices({ id: 1, type: stored }, stored)).toEqual(choices));
});

describe("what changed", () => {
  it.each([
    [{ kind: "renamed", column: "title", before: "name", after: "title" }, "name is called title"],
    [{ kind: "required", column: "sku", before: false, after: true }, "sku has to have a value"],
    [{ kind: "required", column: "sku", before: true, after: false }, "sku may be empty"],
    [{ kind: "unique", column: "sku", before: false, after: true }, "sku has to be unique"],
    [{ kind: "allowedValues", column: "colour", before: null, after: ["red", "blue"] }, "colour may hold only red, blue"],
    [{ kind: "allowedValues", column: "colour", before: ["red"], after: null }, "colour may hold any value"],
    [{ kind: "keys", column: null, before: [], after: ["sku"] }, "Rows are identified by sku"],
    [{ kind: "keys", column: null, before: ["sku"], after: [] }, "Rows are not identified by any column"],
    [{ kind: "widened", column: "price", before: "int", after: "long" }, "price holds long instead of int"],
  ] as const)("is said in words: %o", (difference, text) =>
    expect(differenceText({ ...difference, before: said(difference.before), after: said(difference.after) })).toBe(text),
  );
});

const said = (value: string | boolean | readonly string[] | null) => (typeof value === "object" && value !== null ? [...value] : value);
