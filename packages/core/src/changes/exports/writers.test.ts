import { describe, expect, it } from "vitest";
import type { ExportedChange, ExportedColumn, ExportedRow } from "./exported.ts";
import { type ChangeFormat, FORMATS } from "./writers.ts";

const COLUMNS: readonly ExportedColumn[] = [
  { name: "sku", type: "string", isKey: true },
  { name: "price", type: "decimal(10, 2)", isKey: false },
  { name: "note", type: "string", isKey: false },
];

const same = [false, false, false] as const;
const none = [null, null, null] as const;
const ROWS: readonly ExportedRow[] = [
  { kind: "added", copies: 1, isFormatOnly: false, old: null, new: ["A-3", "5.00", null], changed: same, damage: none },
  {
    kind: "modified",
    copies: 1,
    isFormatOnly: false,
    old: ["A-1", "10.00", "it's"],
    new: ["A-1", "12.50", "it's"],
    changed: [false, true, false],
    damage: none,
  },
  { kind: "removed", copies: 1, isFormatOnly: false, old: ["A-2", "20.00", "a->b"], new: null, changed: same, damage: none },
  {
    kind: "modified",
    copies: 1,
    isFormatOnly: true,
    old: ["A-4", "1.00", "007"],
    new: ["A-4", "1.00", "7"],
    changed: same,
    damage: [null, null, "leading_zeros"],
  },
];

async function written(format: ChangeFormat, rows: readonly ExportedRow[] = ROWS, columns = COLUMNS): Promise<string> {
  async function* pages(): AsyncIterable<readonly ExportedRow[]> {
    yield rows.slice(0, 2);
    yield rows.slice(2);
  }
  const change: ExportedChange = { number: 7, title: "New prices\nDROP", dataset: 'Price "list"', baseVersion: 3, revision: 1, columns, pages: pages() };
  let text = "";
  for await (const chunk of FORMATS[format].write(change)) text += chunk;
  return text;
}

describe("a change request as a file", () => {
  it("is a line a row in CSV, with each value before and after", async () => {
    expect((await written("csv")).split("\r\n")).toEqual([
      "change,rows,changed columns,damaged formats,sku,price (before),price (after),note (before),note (after)",
      "added,1,,,A-3,,5.00,,",
      "modified,1,price,,A-1,10.00,12.50,it's,it's",
      "removed,1,,,A-2,20.00,,a->b,",
      "format,1,,note: leading_zeros,A-4,1.00,1.00,007,7",
      "",
    ]);
  });

  it("is an object a row in JSON lines", async () => {
    const [, modified, , format] = (await written("ndjson"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(modified).toEqual({
      change: "modified",
      rows: 1,
      key: { sku: "A-1" },
      changed: ["price"],
      damaged: {},
      before: { sku: "A-1", price: "10.00", note: "it's" },
      after: { sku: "A-1", price: "12.50", note: "it's" },
    });
    expect(format).toMatchObject({ change: "format", changed: [], damaged: { note: "leading_zeros" } });
  });

  it("is a tabular diff whose arrows and missing values cannot be mistaken for text", async () => {
    expect((await written("tdiff")).split("\r\n")).toEqual(["@@,sku,price,note", "+++,A-3,5.00,NULL", "->,A-1,10.00->12.50,it's", "---,A-2,20.00,a->b", ""]);
    const odd: ExportedRow = { ...(ROWS[1] as ExportedRow), old: ["A-1", "1", "x->y"], new: ["A-1", "1", "NULL"], changed: [false, false, true] };
    expect(await written("tdiff", [odd])).toContain("-->,A-1,1,x->y-->_NULL");
  });

  it("is SQL that carries out what is changed and nothing else", async () => {
    expect((await written("sql")).split("\n")).toEqual([
      "-- Change request #7: New prices DROP",
      '-- Price "list", version 3',
      "BEGIN;",
      `INSERT INTO "Price ""list""" ("sku", "price", "note") VALUES ('A-3', 5.00, NULL);`,
      `UPDATE "Price ""list""" SET "price" = 12.50 WHERE "sku" = 'A-1';`,
      `DELETE FROM "Price ""list""" WHERE "sku" = 'A-2';`,
      "COMMIT;",
      "",
    ]);
  });

  it("quotes what is no number of a number's column", async () => {
    const hostile: ExportedRow = { ...(ROWS[0] as ExportedRow), new: ["'; DROP TABLE x; --", "1); DROP", "it's"] };
    expect(await written("sql", [hostile])).toContain("VALUES ('''; DROP TABLE x; --', '1); DROP', 'it''s');");
  });

  it("is not written as SQL without key columns", async () => {
    const keyless = COLUMNS.map((item) => ({ ...item, isKey: false }));
    await expect(written("sql", ROWS, keyless)).rejects.toMatchObject({ code: "change.no_keys" });
  });

  it("is a page that shows values and runs none", async () => {
    const hostile: ExportedRow = { ...(ROWS[1] as ExportedRow), new: ["A-1", "<script>alert(1)</script>", "&"] };
    const page = await written("html", [hostile, ...ROWS.slice(2)]);
    expect(page).toContain('<td class="changed"><del>10.00</del> <ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins></td>');
    expect(page).not.toContain("<script");
    expect(page).toContain('<tr class="format"><th scope="row" title="format">F</th>');
  });
});
