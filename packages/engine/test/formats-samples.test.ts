import { join } from "node:path";
import { type FileOptions, prepareFile } from "@granary/engine";
import { afterAll, describe, expect, it } from "vitest";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const SAMPLES = join(import.meta.dirname, "../../../samples");

async function load(name: string, options: FileOptions = {}) {
  return harness.engine.use({ kind: "read" }, async (session) => {
    const file = await prepareFile(session, { path: join(SAMPLES, name), options });
    const { rows } = await session.run({ kind: "query", query: file.query });
    expect([file.loaded + file.rejectedCount, rows.length]).toEqual([file.records, file.loaded]);
    return { file, rows, columns: Object.fromEntries(file.columns.map((item) => [item.name, item.type.kind])) };
  });
}

describe("the samples", () => {
  it("reads orders in Windows-1252 under two lines of title, with decimal commas and German dates", async () => {
    const { file, rows, columns } = await load("auftraege.csv", { columns: { Rabatt: { nullTokens: ["k.A."] } } });
    expect([file.facts.encoding?.encoding, file.facts.delimited?.layout.delimiter, file.records, file.rejectedCount]).toEqual(["windows-1252", ";", 40, 0]);
    expect(columns).toEqual({ Auftrag: "text", Kunde: "text", Datum: "date", Betrag: "decimal", Rabatt: "decimal", Bemerkung: "text" });
    expect(rows[8]).toEqual(["00009", "Bäckerei Großmann", "2025-10-08", "721.71", "2.50", 'eilig; bitte "vorher" anrufen – 5 €']);
  });

  it("keeps the leading zeros and plus signs of customers, and takes their one n/a for missing", async () => {
    const { rows, columns } = await load("customers.csv");
    expect(columns).toEqual({ customer_id: "text", name: "text", postcode: "text", phone: "text", since: "date", credit_limit: "bigint" });
    expect([rows[0]?.slice(0, 4), rows[6]?.[5]]).toEqual([["00000037", "Ben O'Neil", "00711", "+442079460001"], null]);
  });

  it("keeps nested readings nested and their long serials exact, and sets the broken line aside", async () => {
    const { file, rows, columns } = await load("readings.ndjson");
    expect(columns).toMatchObject({ serial: "bigint", at: "timestamp", value: "decimal", place: "struct", flags: "list" });
    expect([file.rejected.map((row) => row.line), rows[0]?.[1]]).toEqual([[18], "90071992547409093"]);
  });

  it("finds the table of the inventory under its title and sets the row with an error aside", async () => {
    const { file, rows, columns } = await load("inventory.xlsx");
    expect(file.facts.sheet).toMatchObject({ name: "Stock", headerRow: 3 });
    expect(columns).toMatchObject({ article: "text", "counted on": "date", stock: "bigint" });
    expect([rows[0]?.slice(0, 3), file.rejected.map((row) => row.line)]).toEqual([["0001000", "Hex bolt M6", "2025-10-20"], [13]]);
  });

  it("takes the products of the catalogue for its rows", async () => {
    const { file, rows, columns } = await load("products.xml");
    expect([file.facts.xml?.rowPath, rows.length, columns["sku"], columns["price"], columns["tag"]]).toEqual([
      ["catalogue", "product"],
      16,
      "text",
      "struct",
      "list",
    ]);
  });

  it("sets the ragged answers of the survey aside and leaves its dates to a person", async () => {
    const { file, columns } = await load("survey.csv");
    expect(file.rejected.map((row) => row.reason)).toEqual([
      "5 values expected, 3 found",
      "5 values expected, 6 found",
      "there is text behind a closing quote",
    ]);
    expect([columns["answered"], file.columns.find((item) => item.name === "answered")?.alternatives.map((item) => item.format)]).toEqual([
      "text",
      ["%d/%m/%Y", "%m/%d/%Y"],
    ]);
  });
});
