import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SqlParser } from "../src/sandbox/parser.ts";
import { prepareSql } from "../src/sandbox/prepare-sql.ts";
import type { Attack } from "./attacks/attack.ts";
import { BOMBS } from "./attacks/bombs.ts";
import { DISGUISED_ATTACKS } from "./attacks/disguises.ts";
import { HIDDEN_ROW_ATTACKS } from "./attacks/hidden-rows.ts";
import { HIDDEN_VALUE_ATTACKS } from "./attacks/hidden-values.ts";
import { REACHING_ATTACKS } from "./attacks/reaching-out.ts";
import { STATEMENT_ATTACKS } from "./attacks/statements.ts";
import { testEngine } from "./engine.ts";
import { attempt, CANARY, faultOf, type Fixture, see, writeFixture } from "./sandbox-fixture.ts";

const MIB = 1024 * 1024;

const harness = testEngine({ sandbox: { memoryBytes: 256 * MIB, threads: 1, maxTempBytes: 64 * MIB, maxProcesses: 2 } });
let fixture: Fixture;
let parser: SqlParser;
beforeAll(async () => {
  parser = await SqlParser.open();
  fixture = await writeFixture(harness.engine, harness.dir);
});
afterAll(() => harness[Symbol.asyncDispose]());

const wellCount = { sql: "SELECT count(*) FROM people", rows: '[["2"]]' };

async function countAgain(): Promise<string> {
  return (await see(harness.engine, { sql: wellCount.sql, relations: fixture.relations, files: fixture.files })).rows;
}

const tryFaultOf = async (attack: Attack): Promise<string> => faultOf(await attempt(harness.engine, fixture, attack), attack, harness.dir);

describe("statements other than one query", () => {
  // What a text alone decides is refused by the check, which is the first thing every query passes.
  it.each(STATEMENT_ATTACKS)("are refused: $name", async (attack) => {
    const error: unknown = await harness.engine.checkSql(attack.sql).catch((thrown: unknown) => thrown);
    expect(attack.refusals).toContain((error as { readonly code?: string }).code);
  });

  it("are refused by a sandbox in the same way", async () => {
    const faults: string[] = [];
    for (const attack of STATEMENT_ATTACKS.filter((_, index) => index % 12 === 0)) faults.push(await tryFaultOf(attack));
    expect(faults.filter((fault) => fault !== "")).toEqual([]);
    expect(await countAgain()).toBe(wellCount.rows);
  });
});

describe("reaching for what was not given", () => {
  const attacks = [...REACHING_ATTACKS, ...DISGUISED_ATTACKS];
  const isRefusedByText = ({ refusals }: Attack): boolean => refusals.some((code) => /function|unknown_table/.test(code));
  const byText = attacks.filter(isRefusedByText);
  const others = attacks.filter((attack, index) => !byText.includes(attack) || index % 12 === 0);

  it.each(byText)("is refused: $name", async ({ sql, refusals }) => {
    const preparing = prepareSql(parser, { sql, relations: ["people", "members"], suggestions: [], maxRows: 10 });
    const error: unknown = await preparing.catch((thrown: unknown) => thrown);
    expect(refusals).toContain((error as { readonly code?: string }).code);
  });

  it.concurrent.each(others)("finds nothing: $name", async (attack) => {
    expect(await tryFaultOf(attack)).toBe("");
  });
});

describe("hidden values", () => {
  it.concurrent.each(HIDDEN_VALUE_ATTACKS)("stay hidden from $name", async (attack) => {
    expect(await tryFaultOf(attack)).toBe("");
  });

  it("are not told by an error to someone who guesses", async () => {
    const messages = new Set<string>();
    for (const guess of [`2${CANARY}@example.org`, "3@example.org"]) {
      const sql = `SELECT email::INTEGER FROM members WHERE email <> 'x' -- '${guess}'`;
      messages.add((await attempt(harness.engine, fixture, { name: "", sql, refusals: [] })).everything);
    }
    expect([...messages]).toEqual([expect.stringContaining("INTEGER")]);
  });

  it("are not shown by an error that quotes a text of the same look", async () => {
    const seen = await attempt(harness.engine, fixture, { name: "", sql: "SELECT '2020-99-01'::DATE", refusals: [] });
    expect(seen.everything).toContain("2020-99-01");
  });
});

describe("hidden rows", () => {
  it.concurrent.each(HIDDEN_ROW_ATTACKS)("stay hidden from $name", async (attack) => {
    expect(await tryFaultOf(attack)).toBe("");
  });
});

describe("bombs", () => {
  it.concurrent.each(BOMBS)("do no harm: $name", async (attack) => {
    expect(await tryFaultOf(attack)).toBe("");
  });

  it("leave the caller and the next query well", async () => {
    expect(await countAgain()).toBe(wellCount.rows);
  });
});
