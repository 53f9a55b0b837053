import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type PlanStep, relationKey, type SandboxQuery, type SandboxResult } from "@granary/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALLOWED_FUNCTIONS, ALLOWED_OPERATORS, ALLOWED_TABLE_FUNCTIONS, ARGUMENT_LIMITS, judgeFunction, REFUSED_FUNCTIONS } from "../src/sandbox/functions.ts";
import { testEngine } from "./engine.ts";
import { type Fixture, see, writeFixture } from "./sandbox-fixture.ts";

const harness = testEngine({ sandbox: { threads: 1 } });
const { engine } = harness;
let fixture: Fixture;
beforeAll(async () => {
  fixture = await writeFixture(engine, harness.dir);
});
afterAll(() => harness[Symbol.asyncDispose]());

const overPeople = (sql: string, more: Partial<SandboxQuery> = {}): SandboxQuery => ({ sql, relations: fixture.relations, files: fixture.files, ...more });

const rowsOf = async (query: SandboxQuery): Promise<unknown> => {
  const { code, everything, rows } = await see(engine, query);
  return code === "" ? (JSON.parse(rows) as unknown) : everything;
};

const faultOf = async (work: Promise<unknown>): Promise<{ readonly code?: string; readonly message?: string; readonly params?: unknown }> =>
  work.then(
    () => ({}),
    (error: unknown) => error as { readonly code: string },
  );

describe("a person's query", () => {
  it("reads its tables with everything SQL has for it", async () => {
    const sql = `
      WITH RECURSIVE german AS (SELECT *, row_number() OVER (ORDER BY id DESC) AS place FROM people WHERE country = 'DE'),
        steps AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM steps WHERE n < 3)
      SELECT g.id, place, list_sum(list_transform([1, 2, 3], lambda x: x * g.id)) AS total, [n * 2 FOR n IN [1, 2] IF n > 1] AS evens,
        (SELECT max(n) FROM steps) AS last, {'a': s.id}.a AS nested, CASE WHEN g.id IN (SELECT id FROM salaries) THEN 'both' END AS found
      FROM german AS g JOIN salaries AS s USING (id) LEFT JOIN LATERAL (SELECT g.id + 1 AS next) AS l ON true
      WHERE length(g.email) = 64 ORDER BY ALL`;
    expect(await rowsOf(overPeople(sql))).toEqual([
      ["1", "2", "6", [4], 3, "1", "both"],
      ["2", "1", "12", [4], 3, "2", "both"],
    ]);
  });

  it("keeps exact values, and tells names and types of its columns", async () => {
    await using result = await engine.sandbox(
      overPeople(
        "SELECT 9223372036854775807 AS big, 12345678901234567890.123456789 AS exact, DATE '2026-02-28' AS day, 'ä😀' AS text, id AS id, id AS id FROM people LIMIT 1",
      ),
    );
    const rows: unknown[] = [];
    for await (const batch of result.batches) rows.push(...batch);
    expect(rows).toEqual([["9223372036854775807", "12345678901234567890.123456789", "2026-02-28", "ä😀", "1", "1"]]);
    expect(result.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "big BIGINT",
      "exact DECIMAL(29,9)",
      "day DATE",
      "text VARCHAR",
      "id BIGINT",
      "id BIGINT",
    ]);
  });

  it("takes parameters as values", async () => {
    expect(await rowsOf(overPeople("SELECT id FROM people WHERE id = $id AND country = $country", { parameters: { id: 2, country: "DE" } }))).toEqual([["2"]]);
    expect((await see(engine, overPeople("SELECT $id"))).code).toBe("sql.parameters_wrong");
    expect((await see(engine, overPeople("SELECT 1", { parameters: { id: 1 } }))).code).toBe("sql.parameters_wrong");
  });

  it("finds tables by qualified names, other letters' case and versions", async () => {
    const [people] = Object.values(fixture.relations);
    const check = await engine.checkSql('SELECT * FROM "Sales".People p AT (VERSION => 3), sales.people, "My table"');
    expect(check.tables.map(({ key }) => key)).toEqual(["sales.people at version 3", "sales.people", '"my table"']);
    expect(check.tables.map(({ key }) => key)).toEqual([
      relationKey(["sales", "people"], { unit: "version", value: "3" }),
      relationKey(["Sales", "People"]),
      relationKey(["My Table"]),
    ]);
    const relations = Object.fromEntries(check.tables.map(({ key }) => [key, people])) as SandboxQuery["relations"];
    const sql =
      'SELECT sales.people.id, p.id, t.id FROM "Sales".People p AT (VERSION => 3), sales.people, "MY TABLE" t WHERE p.id < sales.people.id AND t.id = 1';
    expect(await rowsOf({ sql, relations, files: fixture.files })).toEqual([["2", "1", "1"]]);
  });

  it("reads files of another file system than the engine's own directory", async () => {
    const dir = mkdtempSync(join(elsewhere(harness.dir), "granary-elsewhere-"));
    try {
      const other = await writeFixture(engine, dir);
      expect(await rowsOf({ sql: "SELECT count(*) FROM people", relations: other.relations, files: other.files })).toEqual([["2"]]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

function elsewhere(otherwise: string): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return otherwise;
  }
}

describe("what is wrong with a query is said with its place", () => {
  it.each([
    ["SELECT\n  'ä😀', FROM FROM people", "sql.syntax", { line: 2, column: 14, near: "FROM" }],
    ["SELEC 1", "sql.syntax", { line: 1, column: 1, near: "SELEC" }],
    ["SELECT 'ä😀',\n lowr(1)", "sql.unknown_function", { line: 2, column: 2, hint: " Did you mean lower or corr or floor?" }],
    ["SELECT 'ä😀', getenv('x')", "sql.function_not_allowed", { line: 1, column: 14 }],
    ["SELECT 1; SELECT 2", "sql.too_many_statements", { count: 2 }],
  ])("%s", async (sql, code, params) => {
    const fault = await faultOf(engine.checkSql(sql));
    expect(fault.code).toBe(code);
    expect(fault.params).toMatchObject(params);
  });

  it("tells near names of tables, also of those that were not given", async () => {
    const fault = await faultOf(engine.sandbox(overPeople("SELECT *\nFROM peple", { suggestions: ["people_of_paris"] })));
    expect(fault.message).toBe("There is no table peple here (line 2, column 6). Did you mean people?");
  });

  it("tells near names of columns", async () => {
    const fault = await faultOf(engine.sandbox(overPeople("SELECT id,\n  contry FROM people")));
    expect(fault.message).toBe("There is no column contry (line 2, column 3). Did you mean country?");
  });

  it("tells what does not fit together", async () => {
    const fault = await faultOf(engine.sandbox(overPeople("SELECT id FROM people GROUP BY country")));
    expect(fault.code).toBe("sql.invalid");
    expect(fault.message).toMatch(/"id" must appear in the GROUP BY clause/);
  });
});

const operators = (steps: readonly PlanStep[]): readonly string[] => steps.flatMap((step) => [step.operator, ...operators(step.inputs)]);
const tables = (steps: readonly PlanStep[]): readonly string[] =>
  steps.flatMap((step) => [...(step.table === undefined ? [] : [step.table]), ...tables(step.inputs)]);

it("explains a query in the person's own words", async () => {
  const sql = "SELECT country, count(*) FROM people JOIN salaries USING (id) WHERE salaries.email LIKE 'a%' GROUP BY ALL";
  await using result: SandboxResult = await engine.sandbox(overPeople(sql.replace("country,", "people.country,"), { explain: true }));
  const plan = result.plan ?? [];
  expect(operators(plan)).toContain("HASH_JOIN");
  expect([...tables(plan)].toSorted()).toEqual(["people", "salaries"]);
  expect(JSON.stringify(plan)).toContain("'a'");
  expect(result.columns).toEqual([]);
});

describe("the list of functions", () => {
  it("decides about every function of the engine", async () => {
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const reader = await connection.runAndReadAll(
      "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'macro')",
    );
    const names = reader.getRows().map(([name]) => String(name));
    expect(names.filter((name) => judgeFunction(name) === "unknown")).toEqual([]);
    const known = new Set(names.map((name) => name.toLowerCase()));
    const listed = [...ALLOWED_FUNCTIONS, ...ALLOWED_OPERATORS, ...Object.keys(ARGUMENT_LIMITS)].filter((name) => !ALLOWED_TABLE_FUNCTIONS.has(name));
    expect(listed.filter((name) => !known.has(name))).toEqual([]);
  });

  it("allows nothing that it also refuses", () => {
    expect([...ALLOWED_FUNCTIONS].filter((name) => REFUSED_FUNCTIONS.has(name))).toEqual([]);
  });
});
