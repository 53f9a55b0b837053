import type { Attack } from "./attack.ts";

const LIMITS = ["engine.deadline", "engine.out_of_memory", "engine.crashed", "storage.full", "sql.result_too_large", "sql.cell_too_large"];

const bomb = (name: string, sql: string, more: Partial<Attack> = {}): Attack => ({ name, sql, refusals: LIMITS, deadlineMs: 1200, ...more });

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
  bomb("parentheses", `SELECT ${nested("(", 30_000, ")")}`, { refusals: ["sql.too_complex"] }),
  bomb("lists", `SELECT ${nested("[", 3000, "]")}`, { refusals: ["sql.too_complex"] }),
  bomb("sums", `SELECT ${Array(40_000).fill("1").join("+")}`, { refusals: ["sql.too_complex"] }),
  bomb("subqueries", `SELECT * FROM ${nested("(SELECT * FROM ", 900, ")").replace("1)", "people)")}`, { refusals: ["sql.too_complex", "sql.syntax"] }),
  bomb("unions", Array(6000).fill("SELECT 1").join(" UNION "), { refusals: [...LIMITS, "sql.too_complex", "sql.invalid"], orHarmless: true }),
  bomb("a text that is too long", `SELECT '${"x".repeat(100_001)}'`, { refusals: ["sql.too_long"] }),
  bomb("a number that is too large", "SELECT 1e400", { refusals: ["sql.invalid"] }),
  bomb("more rows than may be sent", "SELECT * FROM range(1000000000000)", { refusals: [] }),
];
