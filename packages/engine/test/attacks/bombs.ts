import type { Attack } from "./attack.ts";

const LIMITS = ["engine.deadline", "engine.out_of_memory", "engine.crashed", "storage.full", "sql.result_too_large", "sql.cell_too_large"];

/** Those that have to end in one way have the time for it, however busy the machine is. */
const ENOUGH_MS = 30_000;

const bomb = (name: string, sql: string, { refusals = LIMITS, ...more }: Partial<Attack> = {}): Attack => ({
  name,
  sql,
  refusals,
  deadlineMs: refusals.includes("engine.deadline") ? 1200 : ENOUGH_MS,
  ...more,
});

const nested = (open: string, depth: number, close: string): string => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Queries that want all memory, all time or a crash, as far as they are over soon; slower ones are in the long suite. */
export const BOMBS: readonly Attack[] = [
  bomb("a text of gigabytes from a column", "SELECT length(repeat('x', 1000000000 * id)) FROM people"),
  bomb("a text of gigabytes from a constant", "SELECT repeat('x', 4000000000)", { refusals: ["sql.argument_too_large"] }),
  bomb("padding of gigabytes", "SELECT lpad('x', 2000000000, 'y')", { refusals: ["sql.argument_too_large"] }),
  bomb("a list of all numbers", "SELECT len(range(id * 2000000000)) FROM people"),
  bomb("one scalar that looks at no interrupt", "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))", { refusals: ["engine.deadline"] }),
  bomb("a recursion without an end", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"),
  bomb("a cross join of everything", "SELECT count(*) FROM range(10000000) a, range(10000000) b, range(10000000) c WHERE a.range + b.range = c.range + 7"),
  bomb("a regular expression that explodes elsewhere", "SELECT regexp_matches(repeat('a', 50000), '^(a+)+$')", { refusals: [], rows: "[[true]]" }),
  bomb("JSON nested deeper than the stack", "SELECT json_extract(repeat('[', 200000) || repeat(']', 200000), '$[0][0]')", {
    refusals: [...LIMITS, "sql.value_invalid"],
    orHarmless: true,
  }),
  bomb("JSON nested deeper than the stack, as a type", "SELECT len(((repeat('[', 200000) || repeat(']', 200000))::JSON)::VARCHAR)", {
    refusals: [...LIMITS, "sql.value_invalid"],
    orHarmless: true,
  }),
  bomb("JSON nested deeper than the stack, as a list", `SELECT from_json(repeat('[', 100000) || repeat(']', 100000), '["JSON"]')`, {
    refusals: [...LIMITS, "sql.value_invalid"],
    orHarmless: true,
  }),
  bomb("a matrix of two texts", "SELECT damerau_levenshtein(repeat('a', 200000), repeat('b', 200000))"),
  bomb("bits of gigabytes", "SELECT bit_length(bitstring('1', 2000000000)) FROM people", { orHarmless: true }),
  bomb("bins without number", "SELECT len(equi_width_bins(0::BIGINT, 1000000000000::BIGINT, 1000000000::BIGINT, false))", {
    refusals: [...LIMITS, "sql.value_invalid"],
  }),
  bomb("a number of huge width", "SELECT length(format('{:2000000000}', id)) FROM people", { refusals: [...LIMITS, "sql.value_invalid"] }),
  bomb("a list of all moments", "SELECT len(range(TIMESTAMP '0001-01-01', TIMESTAMP '9999-01-01', INTERVAL 1 MICROSECOND))", {
    refusals: [...LIMITS, "sql.value_invalid"],
  }),
  bomb("a list made longer", "SELECT len(list_resize([1], id * 2000000000)) FROM people", { refusals: [...LIMITS, "sql.value_invalid"] }),
  bomb("lists of lists of lists", "SELECT len(flatten(list_transform(range(30000), lambda x: list_transform(range(30000), lambda y: x * y))))"),
  bomb("groupings of groupings", `SELECT count(*) FROM range(1000) t(x) GROUP BY CUBE (${Array.from({ length: 15 }, (_, n) => `x + ${n}`).join(", ")})`, {
    refusals: [...LIMITS, "sql.invalid"],
    orHarmless: true,
  }),
  bomb(
    "a query that doubles itself",
    `WITH c0 AS (SELECT 1 AS n), ${Array.from({ length: 40 }, (_, n) => `c${n + 1} AS (SELECT a.n FROM c${n} a, c${n} b)`).join(", ")} SELECT count(*) FROM c40`,
    { orHarmless: true },
  ),
  bomb("a recursion of different rows", "WITH RECURSIVE r AS (SELECT 1::BIGINT AS n UNION SELECT n * 3 % 1000000007 FROM r) SELECT count(*) FROM r"),
  bomb("a recursion that grows", "WITH RECURSIVE r AS (SELECT [1] AS l UNION ALL SELECT l || l FROM r) SELECT max(len(l)) FROM r"),
  bomb("a value too large to show", "SELECT repeat(repeat('x', 1000000), 20)", { refusals: ["sql.cell_too_large"] }),
  bomb("types of types", `SELECT NULL::INTEGER${"[]".repeat(20_000)}`, {
    refusals: [...LIMITS, "sql.too_complex", "sql.syntax", "sql.invalid"],
    orHarmless: true,
  }),
  bomb("structures of structures", `SELECT NULL::${nested("STRUCT(a ", 3000, ")").replace("1)", "INTEGER)")}`, {
    refusals: [...LIMITS, "sql.too_complex", "sql.syntax", "sql.invalid"],
    orHarmless: true,
  }),
  bomb("structures of values", `SELECT ${nested("{'a': ", 3000, "}")}`, { refusals: ["sql.too_complex", "sql.syntax", "sql.invalid"] }),
  bomb("denials", `SELECT ${"NOT ".repeat(20_000)}true`, { refusals: ["sql.too_complex"], orHarmless: true }),
  bomb("negations", `SELECT ${"- ".repeat(20_000)}1`, { refusals: ["sql.too_complex"], orHarmless: true }),
  bomb("cases of cases", `SELECT ${nested("CASE WHEN true THEN ", 3000, " END")}`, { refusals: ["sql.too_complex"] }),
  bomb("functions of functions", `SELECT ${nested("abs(", 5000, ")")}`, { refusals: ["sql.too_complex"] }),
  bomb("lambdas of lambdas", `SELECT ${nested("list_transform([1], lambda x: ", 900, ")")}`, { refusals: [...LIMITS, "sql.too_complex"] }),
  bomb("alternatives", `SELECT id FROM people WHERE ${Array(8000).fill("id = 7").join(" OR ")}`, {
    refusals: [...LIMITS, "sql.too_complex"],
    orHarmless: true,
  }),
  bomb("a list of values", `SELECT count(*) FROM people WHERE id IN (${Array.from({ length: 15_000 }, (_, n) => n + 10).join(",")})`, {
    refusals: [...LIMITS, "sql.too_complex"],
    orHarmless: true,
  }),
  bomb("joins of joins", `SELECT count(*) FROM ${Array.from({ length: 200 }, (_, n) => `people p${n}`).join(", ")}`, {
    refusals: [...LIMITS, "sql.too_complex", "sql.invalid", "engine.statement_failed"],
    orHarmless: true,
  }),
  bomb("a name of all letters there are", `SELECT 1 AS "${"n".repeat(90_000)}"`, { orHarmless: true }),
  bomb("a pattern of patterns for columns", `SELECT COLUMNS('${"(".repeat(20_000)}a${")".repeat(20_000)}') FROM people`, {
    refusals: [...LIMITS, "sql.invalid", "sql.value_invalid", "sql.too_complex"],
    orHarmless: true,
  }),
  bomb("parentheses", `SELECT ${nested("(", 30_000, ")")}`, { refusals: ["sql.too_complex"] }),
  bomb("lists", `SELECT ${nested("[", 3000, "]")}`, { refusals: ["sql.too_complex"] }),
  bomb("sums", `SELECT ${Array(40_000).fill("1").join("+")}`, { refusals: ["sql.too_complex"] }),
  bomb("subqueries", `SELECT * FROM ${nested("(SELECT * FROM ", 900, ")").replace("1)", "people)")}`, { refusals: ["sql.too_complex", "sql.syntax"] }),
  bomb("unions", Array(6000).fill("SELECT 1").join(" UNION "), { refusals: [...LIMITS, "sql.too_complex", "sql.invalid"], orHarmless: true }),
  bomb("a text that is too long", `SELECT '${"x".repeat(100_001)}'`, { refusals: ["sql.too_long"] }),
  bomb("a number that is too large", "SELECT 1e400", { refusals: ["sql.invalid"] }),
  bomb("more rows than may be sent", "SELECT * FROM range(1000000000000)", { refusals: [] }),
];
