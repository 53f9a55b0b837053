import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  and,
  call,
  cast,
  column,
  compare,
  type EngineSession,
  type Expression,
  literal,
  prepareFile,
  type PreparedFile,
  type SelectItem,
  type SqlType,
  tryCast,
} from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, describe, expect, it } from "vitest";
import { fitsType, fractionDigits, integerDigits, isDecimalText, isVerbatim } from "../src/formats/csv/text-types.ts";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const ROWS = 21_000;
const day = (index: number): string => new Date(Date.UTC(2020, 0, 1 + (index % 700))).toISOString().slice(0, 10);

/** Columns by name: their values, and one further down that says otherwise. */
const COLUMNS: Readonly<Record<string, { readonly value: (index: number) => string; readonly late: string }>> = {
  whole: { value: (index) => String(index - 500), late: "007" },
  code: { value: (index) => String(index).padStart(6, "0"), late: "" },
  exact: { value: (index) => (index / 100).toFixed(2), late: "1.5" },
  mixed: { value: (index) => String(index / 100), late: "0.125" },
  grouped: { value: (index) => `${(index % 900) + 1}.000,50`, late: "1,5.0" },
  double: { value: (index) => `${(index % 9) + 1}.5e-10`, late: "1e400" },
  flag: { value: (index) => String(index % 2 === 0), late: "True" },
  loud: { value: (index) => (index % 2 === 0 ? "TRUE" : "false"), late: "yes" },
  day: { value: day, late: "2024-02-30" },
  slashed: { value: (index) => `${(index % 28) + 1}/12/2024`, late: "12/31/2024" },
  at: { value: (index) => `${day(index)} 10:00:00`, late: "2024-01-01T10:00:00" },
  zone: { value: (index) => `${day(index)}T10:00:00.50`, late: "2024-01-01 25:00:00" },
  token: { value: (index) => (index % 7 === 0 ? "n/a" : String(index)), late: "" },
};
const NAMES = Object.keys(COLUMNS);

function table(names: readonly string[], late?: string): string {
  const cells = (index: number): string => names.map((name) => `"${COLUMNS[name]?.value(index) ?? ""}"`).join(";");
  const lines = Array.from({ length: ROWS }, (_, index) => `${cells(index)}\n`);
  if (late !== undefined)
    lines.push(`${names.map((name) => (name === late ? (COLUMNS[name]?.late ?? "") : `"${COLUMNS[name]?.value(1) ?? ""}"`)).join(";")}\n`);
  return `${names.join(";")}\n${lines.join("")}`;
}

let counter = 0;
function prepared<T>(content: string, mayPropose: boolean, use: (session: EngineSession, file: PreparedFile) => Promise<T>): Promise<T> {
  counter += 1;
  const path = join(harness.dir, `${counter}.csv`);
  writeFileSync(path, content);
  return harness.engine.use({ kind: "job" }, async (session) => use(session, await prepareFile(session, { path, mayPropose })));
}

const found = ({ columns }: PreparedFile) => columns.map(({ name, reading, isNormalized, alternatives }) => ({ name, reading, isNormalized, alternatives }));

async function rowsOf(session: EngineSession, { query }: PreparedFile): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for await (const batch of (await session.stream(query)).batches) rows.push(...batch);
  return rows;
}

describe("types proposed by the first rows of a long file", () => {
  it("are those that all rows prove, and give the very rows", async () => {
    const content = table(NAMES);
    const proved = await prepared(content, false, async (session, file) => ({ file, rows: await rowsOf(session, file) }));
    const proposed = await prepared(content, true, async (session, file) => ({ file, rows: await rowsOf(session, file) }));
    expect([proved.file.isProved, proposed.file.isProved]).toEqual([true, false]);
    expect(found(proposed.file)).toEqual(found(proved.file));
    expect(found(proposed.file).map(({ reading }) => reading.type.kind)).toEqual([
      "bigint",
      "text",
      "decimal",
      "decimal",
      "decimal",
      "double",
      "boolean",
      "boolean",
      "date",
      "date",
      "timestamp",
      "timestamp",
      "bigint",
    ]);
    expect(proposed.rows).toEqual(proved.rows);
    expect(proposed.file.loaded).toBe(ROWS);
  });

  it.each(NAMES.filter((name) => name !== "code"))("give no rows where a later value of %s says otherwise", async (name) => {
    const failure = await prepared(table([name, "code"], name), true, (session, file) => rowsOf(session, file)).catch((error: unknown) => error);
    expect(isAppError(failure, "engine.statement_failed")).toBe(true);
  });

  it.each([
    ["a column is empty so far", `a;b\n${"x;\n".repeat(ROWS)}`],
    ["a column holds nothing but a token so far", `a;b\n${"x;n/a\n".repeat(ROWS)}`],
    ["two readings fit", `a;b\n${"x;01/02/2024\n".repeat(ROWS)}`],
    ["the file is short", `a;b\n${"x;1\n".repeat(1000)}`],
  ])("are not taken where %s", async (_, content) => {
    expect(await prepared(content, true, async (__, file) => file.isProved)).toBe(true);
  });
});

const NASTY =
  "0|-0|+1|1|-1|007|1.50|1.5|1.|.5|-0.00|-0.50|1e2|1_000| 1|1 |9223372036854775807|9223372036854775808|nan|inf|infinity|-infinity|epoch|true|TRUE|t|false|1.239|999999999999999999|2024-02-29|2024-2-9|0001-01-01|10000-01-01|0044-03-15 (BC)|2024-01-01 10:00:00|2024-01-01T10:00:00|2024-01-01 10:00:00.500|2024-01-01 10:00:00.123456|2024-01-01 10:00:00+02|0044-03-15 (BC) 10:00:00|12345-01-01 10:00:00|2024-01-01 24:00:00|2.5e-10|1e-10|0.1|100000000000000000000|".split(
    "|",
  );
const TYPES: readonly SqlType[] = [
  { kind: "boolean" },
  { kind: "bigint" },
  { kind: "decimal", precision: 18, scale: 2 },
  { kind: "decimal", precision: 38, scale: 0 },
  { kind: "decimal", precision: 18, scale: 12 },
  { kind: "double" },
  { kind: "date" },
  { kind: "timestamp" },
];

function askNasty(items: readonly SelectItem[]) {
  const rows = NASTY.map((value) => [literal(value)]);
  return harness.engine.use({ kind: "read" }, (session) =>
    session.run({ kind: "query", query: { kind: "select", items, from: { kind: "values", columns: [{ name: "v", type: { kind: "text" } }], rows } } }),
  );
}

describe("the short proof of a text", () => {
  it("takes for a decimal what its digits say is one", async () => {
    const text: Expression = column("v");
    const shaped = and(isDecimalText(text), compare(integerDigits(text), "<=", literal(16)), compare(fractionDigits(text), "<=", literal(2)));
    const answer = await askNasty([
      { expression: fitsType(text, { kind: "decimal", precision: 18, scale: 2 }), as: "fits" },
      { expression: call("coalesce", shaped, literal(false)), as: "shaped" },
    ]);
    expect(answer.rows.flatMap(([fits, isShaped], index) => (fits === isShaped ? [] : [NASTY[index]]))).toEqual([]);
  });

  it.each(TYPES)("accepts of $kind what fits it and is printed as it stands, and nothing else", async (type) => {
    const text: Expression = column("v");
    const items: readonly SelectItem[] = [
      { expression: isVerbatim(text, type), as: "short" },
      { expression: fitsType(text, type), as: "fits" },
      { expression: cast(tryCast(text, type), { kind: "text" }), as: "printed" },
    ];
    const answer = await askNasty(items);
    const wrong = answer.rows.flatMap(([short, fits, printed], index) => (short === (fits === true && printed === NASTY[index]) ? [] : [NASTY[index]]));
    expect(wrong).toEqual([]);
  });
});
