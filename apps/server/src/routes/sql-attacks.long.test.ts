import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { multipartForm, startTestServer, type TestResponse, type TestServer, type TestUser } from "@granary/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let server: TestServer;
let person: TestUser;
const directory = mkdtempSync(join(tmpdir(), "granary-secret-"));
const SECRET = "the-secret-of-the-house";

beforeAll(async () => {
  writeFileSync(join(directory, "secret.csv"), `a\n${SECRET}\n`);
  server = await startTestServer({ env: { GRANARY_SQL_TIMEOUT: "6", GRANARY_SQL_MEMORY: "134217728" } });
  await server.startWorker();
  person = await server.user({ roles: ["data_engineer"] });
  const loaded = await server.request("POST", "/datasets?wait=true", { as: person, ...multipartForm({ name: "Plain" }, { name: "a.csv", content: "a\n1\n" }) });
  if (loaded.body.batch?.status !== "loaded") throw new Error(loaded.text);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const send = (sql: string, path = "/sql/queries"): Promise<TestResponse> => server.request("POST", path, { as: person, body: { sql } });
const codeOf = ({ status, body }: TestResponse): string => `${status} ${body.code}`;

/** The server is there for the next one. */
async function expectAlive(): Promise<void> {
  const { body } = await send("SELECT a + 1 FROM plain");
  expect(body.page?.rows).toEqual([["2"]]);
}

const FILE = join(directory, "secret.csv");

describe("what reaches out of a query", () => {
  const attempts: readonly [string, string][] = [
    ["a file by a function", `SELECT * FROM read_csv('${FILE}')`],
    ["a file as text", `SELECT * FROM read_text('${FILE}')`],
    ["a file as a table", `FROM '${FILE}'`],
    ["a file as a quoted table", `FROM "${FILE}"`],
    ["names of files", "SELECT * FROM glob('/etc/*')"],
    ["a sniffer", `SELECT * FROM sniff_csv('${FILE}')`],
    ["Parquet", "SELECT * FROM read_parquet('/etc/passwd')"],
    ["the network", "FROM 'https://example.com/a.csv'"],
    ["the network by S3", "SELECT * FROM read_parquet('s3://bucket/key')"],
    ["a query in a text", `SELECT * FROM query('SELECT 1')`],
    ["a table by its name", "SELECT * FROM query_table('plain')"],
    ["a serialised statement", "SELECT * FROM json_execute_serialized_sql('{}')"],
    ["writing", `COPY (SELECT 1) TO '${directory}/out.csv'`],
    ["exporting", `EXPORT DATABASE '${directory}'`],
    ["attaching", `ATTACH '${directory}/x.db'`],
    ["installing", "INSTALL httpfs"],
    ["loading", "LOAD httpfs"],
    ["settings", "SET memory_limit = '100GB'"],
    ["a pragma", "PRAGMA enable_logging"],
    ["a pragma as a table", "SELECT * FROM pragma_version()"],
    ["a setting's value", "SELECT current_setting('allowed_paths')"],
    ["all settings", "SELECT * FROM duckdb_settings()"],
    ["views of the house", "SELECT sql FROM duckdb_views()"],
    ["the catalog", "SELECT * FROM information_schema.tables"],
    ["the catalog of SQLite", "SELECT * FROM sqlite_master"],
    ["the environment", "SELECT getenv('PATH')"],
    ["logging", "CALL enable_logging(storage = 'file')"],
    ["a macro over a function", "CREATE MACRO lower(x) AS 'mine'"],
    ["two statements", "SELECT 1; DROP TABLE plain"],
    ["a change in an expression", "WITH gone AS (DELETE FROM plain RETURNING *) FROM gone"],
    ["describing", "DESCRIBE plain"],
    ["an inner name", "FROM granary_relation_0"],
    ["the platform's own tables", "SELECT * FROM sql_queries"],
  ];

  it.each(attempts)("refuses %s", async (_what, sql) => {
    const answers = [await send(sql), await send(sql, "/sql/explain")];
    for (const answer of answers) {
      expect(codeOf(answer)).toMatch(/^422 sql\.(statement_not_allowed|function_not_allowed|unknown_function|unknown_table|too_many_statements|syntax)$/);
      expect(answer.text).not.toContain(SECRET);
    }
    const check = await send(sql, "/sql/check");
    expect([check.status, check.body.problems.length]).toEqual([200, 1]);
  });

  it("leaves the server as it was", expectAlive);
});

describe("what takes too much", () => {
  const attempts: readonly [string, string, RegExp][] = [
    ["a join of everything with everything", "SELECT sum(hash(a.range, b.range)) FROM range(10000000) a, range(10000000) b", /^504 engine\.deadline$/],
    [
      "a recursion without an end",
      "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
      /^50\d engine\.(deadline|out_of_memory)$/,
    ],
    ["a text of gigabytes", "SELECT length(repeat('x', 4000000000))", /^(50\d engine\.\w+|422 sql\.\w+)$/],
    ["a list of everything", "SELECT list(range) FROM range(2000000000)", /^50\d engine\.\w+$/],
    ["a comparison that hears nothing", "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))", /^(50\d engine\.\w+|422 sql\.\w+)$/],
    ["padding", "SELECT length(lpad('x', 2000000000, 'y'))", /^(50\d engine\.\w+|422 sql\.\w+)$/],
    ["a value nobody can show", "SELECT repeat('x', 6000000)", /^422 sql\.(cell_too_large|argument_too_large)$/],
    ["a sort of too much", "SELECT hash(range), repeat('x', 200) FROM range(50000000) ORDER BY 1 LIMIT 1 OFFSET 40000000", /^50\d (engine|storage)\.\w+$/],
  ];

  it.each(attempts)("stops %s", async (_what, sql, expected) => {
    expect(codeOf(await send(sql))).toMatch(expected);
    await expectAlive();
  });

  it.each([
    ["parentheses", `SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)}`],
    ["lists", `SELECT ${"[".repeat(3_000)}1${"]".repeat(3_000)}`],
    ["subqueries", `${"SELECT * FROM (".repeat(3_000)}SELECT 1${")".repeat(3_000)}`],
    ["additions", `SELECT 1${" + 1".repeat(24_000)}`],
    ["CASEs", `SELECT ${"CASE WHEN true THEN ".repeat(2_500)}1${" END".repeat(2_500)}`],
    ["a text that is too long", `SELECT '${"x".repeat(100_001)}'`],
    ["NUL", "SELECT 1 \0 FROM plain"],
  ])("answers thousands of nested %s", async (_what, sql) => {
    const answer = await send(sql);
    expect(`${answer.status} ${answer.body.code ?? "ok"}`).toMatch(/^(200 ok|4\d\d \S+|503 \S+|500 engine\.crashed)$/);
    await expectAlive();
  });

  it("does not crash with JSON nested ten thousand deep", async () => {
    const answer = await send(`SELECT json_extract(repeat('[', 10000) || repeat(']', 10000), '$')`);
    expect([200, 422, 500]).toContain(answer.status);
    await expectAlive();
  });
});

describe("what errors tell", () => {
  it("quotes no value of the data", async () => {
    const answer = await send("SELECT CAST('x' || a AS INTEGER) FROM plain");
    expect(codeOf(answer)).toBe("422 sql.value_invalid");
    expect(answer.body.detail).not.toContain("x1");
  });

  it("names no path and nothing of the house", async () => {
    for (const sql of ["SELECT nothing FROM plain", "SELECT a.b.c FROM plain", "SELECT sum(a, a, a) FROM plain", "SELECT * FROM plain LIMIT 'x'"]) {
      const { text } = await send(sql);
      expect(text).not.toMatch(/parquet|granary_relation|\/tmp\//);
    }
  });
});
