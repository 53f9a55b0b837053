import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The printer, and the sandbox, whose business is the text of SQL that people wrote. */
const MAY_HOLD_SQL = /^packages\/engine\/src\/(sql\/duckdb|sandbox)\//;
const MAY_OPEN_THE_ENGINE = /^packages\/engine\/src\/(process|sandbox)\//;
/** Settings of the instance, with nothing put into their texts. */
const KNOWN_TEXTS = ["SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL max_temp_directory_size = $1"];

/** Words of SQL in capitals anywhere, small ones where a statement begins, and the engine's readers of files. */
const SQL = [
  /\b(SELECT\s|INSERT\s+INTO\s|COPY\s*\(|CREATE\s+(OR\s+REPLACE\s+)?(TEMP|TABLE|VIEW|MACRO)\b|DROP\s+(TABLE|VIEW)\b|ATTACH\s|PRAGMA\s|SET\s+(GLOBAL|SESSION)\b)/,
  /^\s*(select\b[\s\S]*\bfrom|copy\s*\(|(create|drop)\s+(temp\s+)?(table|view)|from\s+["'$(])/i,
  /\b(read|parquet)_\w+\s*\(/i,
];
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/[^\n]*/g;
/** Texts and templates; a template with a tag is that of the platform's own database. */
const TEXTS = /(\bsql(?:<[^`]*?>)?|\w)?(`(?:[^`\\]|\\.)*`)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;

function sqlTextsIn(source: string): readonly string[] {
  const texts = [...source.replace(COMMENTS, "").matchAll(TEXTS)].filter(([, tag]) => tag === undefined).map(([text]) => text.slice(1, -1));
  return texts.filter((text) => SQL.some((pattern) => pattern.test(text)) && !KNOWN_TEXTS.includes(text));
}

const opensTheEngine = (source: string): boolean => source.includes("@duckdb/node-api") || /\b(runAndReadAll|DuckDBInstance)\b/.test(source);

const isTest = (path: string): boolean => /\.test\.tsx?$|\/test\//.test(path);

const sources = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], { cwd: ROOT }).filter((path) => !isTest(path) && !path.includes("node_modules"));

it("lets nothing but the printer write SQL for the engine", () => {
  const paths = sources("packages/engine/src/**/*.ts", "packages/lake/src/**/*.ts", "packages/jobs/src/**/*.ts");
  expect(paths.length).toBeGreaterThan(60);
  const found = paths
    .filter((path) => !MAY_HOLD_SQL.test(path))
    .flatMap((path) => sqlTextsIn(readFileSync(join(ROOT, path), "utf8")).map((text) => `${path}: ${text}`));
  expect(found).toEqual([]);
});

it("lets nothing but the engine's own processes open the engine", () => {
  const paths = sources("packages/*/src/**/*.ts", "apps/*/src/**/*.ts", "scripts/**/*.ts");
  expect(paths.length).toBeGreaterThan(300);
  expect(paths.filter((path) => !MAY_OPEN_THE_ENGINE.test(path) && opensTheEngine(readFileSync(join(ROOT, path), "utf8")))).toEqual([]);
});

it.each([
  ["a statement put together", "const text = `SELECT ${name} FROM x`;"],
  ["a statement on several lines", "run(`\n  select *\n  from read_parquet('${path}')`);"],
  ["a statement in quotes", 'run("COPY (" + query + ") TO \'x\'");'],
  ["a table function", "run(`FROM read_csv_auto('${path}')`);"],
  ["a setting with something put into it", "run(`SET GLOBAL max_temp_directory_size = '${bytes}'`);"],
  ["a table made by hand", "await session.run('CREATE TEMP TABLE x AS ' + text);"],
])("finds planted SQL: %s", (_, source) => {
  expect(sqlTextsIn(source)).not.toEqual([]);
});

it("finds a planted connection", () => {
  expect(opensTheEngine('import { DuckDBInstance } from "@duckdb/node-api";')).toBe(true);
  expect(opensTheEngine("const rows = await connection.runAndReadAll(text);")).toBe(true);
});

it.each([
  ["queries of the platform's own database", "await sql<Row>`SELECT id FROM jobs WHERE id = ${id}`.execute(tx);"],
  ["a sentence", 'throw problem("x", { reason: "a select needs at least one column" });'],
  ["a comment", "// SELECT * FROM what was\nconst a = 1;"],
  ["a node of the tree", 'const query: Query = { kind: "select", items, from };'],
])("passes over %s", (_, source) => {
  expect(sqlTextsIn(source)).toEqual([]);
});
