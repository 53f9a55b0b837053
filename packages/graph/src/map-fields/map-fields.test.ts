import type { GraphColumn, GraphType } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { nameLikeness, wordsOf } from "../name-likeness.ts";
import { fieldsAsPython, fieldsAsSql } from "./field-code.ts";
import { suggestFields } from "./suggest-fields.ts";

const columns = (of: Readonly<Record<string, GraphType>>): readonly GraphColumn[] => Object.entries(of).map(([name, type]) => ({ name, type }));

describe("likeness of names", () => {
  it("takes names apart into their words, written out", () => {
    expect(wordsOf("custNo")).toEqual(["customer", "number"]);
    expect(wordsOf("CUSTOMER_NUMBERS")).toEqual(["customer", "number"]);
    expect(wordsOf("First Name")).toEqual(["firstname"]);
    expect(wordsOf("Straße-Nr.")).toEqual(["straße", "number"]);
    expect(wordsOf("HTTPStatusCode")).toEqual(["http", "status", "code"]);
  });

  it("finds the same words more alike than similar ones, and those than others", () => {
    expect(nameLikeness("qty", "quantity")).toBeGreaterThan(0.95);
    expect(nameLikeness("unit_price", "price")).toBeGreaterThan(0.6);
    expect(nameLikeness("colour", "color")).toBeGreaterThan(0.7);
    expect(nameLikeness("city", "amount")).toBe(0);
  });
});

describe("suggestions for the field mapper", () => {
  it("draws the likeliest lines, each column once", () => {
    const from = columns({ cust_no: "text", fname: "text", surname: "text", amt: "integer", notes: "text", dob: "text" });
    const to = columns({ customer_number: "text", first_name: "text", last_name: "text", amount: "decimal(18,2)", birth_date: "date", unrelated: "uuid" });
    expect(suggestFields(from, to).map((each) => [each.from, each.to])).toEqual(
      expect.arrayContaining([
        ["cust_no", "customer_number"],
        ["fname", "first_name"],
        ["surname", "last_name"],
        ["amt", "amount"],
        ["dob", "birth_date"],
      ]),
    );
    expect(suggestFields(from, to)).toHaveLength(5);
  });

  it("prefers the same name, and says why", () => {
    expect(suggestFields(columns({ id: "integer", identifier: "integer" }), columns({ id: "integer" }))).toEqual([
      { from: "id", to: "id", score: 1, reason: "the same name and type" },
    ]);
  });
});

describe("the code of a map node", () => {
  const input = columns({ "First Name": "text", salary: "integer", born: "text" });
  const fields = [
    { to: "name", type: "text" as const, expression: 'upper("First Name")' },
    { to: "monthly", type: "decimal(10,2)" as const, expression: "salary / 12" },
    { to: "birthday", type: "date" as const, from: "born" },
    { to: "pay", type: "integer" as const, from: "salary" },
    { to: "odd", type: "text" as const, expression: "regex_extract(born, '[0-9]+')" },
    { to: "nothing", type: "text" as const },
  ];

  it("is a select that can be taken elsewhere", () => {
    expect(fieldsAsSql(fields, input, "reject")).toMatchInlineSnapshot(`
      "select
        try_cast(upper("First Name") as varchar) as "name",
        try_cast(salary / 12 as decimal(10,2)) as "monthly",
        try_cast(born as date) as "birthday",
        salary as "pay",
        try_cast(regex_extract(born, '[0-9]+') as varchar) as "odd",
        try_cast(null as varchar) as "nothing"
      from input"
    `);
  });

  it("is a function of pandas, with a comment for what has no counterpart", () => {
    expect(fieldsAsPython(fields, input, "fail")).toMatchInlineSnapshot(`
      "import pandas as pd


      def map_fields(df: pd.DataFrame) -> pd.DataFrame:
          out = pd.DataFrame(index=df.index)
          out["name"] = df["First Name"].str.upper().astype("string")
          out["monthly"] = pd.to_numeric((df["salary"] / 12), errors="raise")
          out["birthday"] = pd.to_datetime(df["born"], errors="raise").dt.date
          out["pay"] = df["salary"]
          # regex_extract(born, '[0-9]+')
          out["odd"] = None
          out["nothing"] = None
          return out
      "
    `);
  });
});
