import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MIB = 1024 * 1024;
const DEADLINE_MS = 30_000;

const dir = mkdtempSync(join(tmpdir(), "granary-bombs-"));
let engine: Engine;
beforeAll(() => {
  engine = createEngine({ tempRoot: dir, sandbox: { memoryBytes: 256 * MIB, maxTempBytes: 512 * MIB, threads: 2, deadlineMs: DEADLINE_MS } });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** Each wants far more memory, disk or time than there is, and may end in any of these ways but no other. */
const ENDS = /^(engine\.(deadline|out_of_memory|crashed)|storage\.full|sql\.(result_too_large|value_invalid|invalid|too_complex))$/;

const BOMBS: readonly (readonly [string, string])[] = [
  ["one aggregate of all texts", "SELECT length(string_agg(repeat('x', 1000), ',')) FROM range(100000000)"],
  ["one list of all numbers", "SELECT len(list(range)) FROM range(3000000000)"],
  ["a map of everything", "SELECT cardinality(map_from_entries(list((range, range)))) FROM range(300000000)"],
  ["groups without an end", "SELECT count(*) FROM (SELECT hash(range) AS h, count(*) FROM range(1000000000) GROUP BY h)"],
  ["a window over everything", "SELECT sum(n) FROM (SELECT sum(range) OVER (ORDER BY hash(range)) AS n FROM range(300000000))"],
  ["texts that double", "WITH RECURSIVE r AS (SELECT 'x' AS t UNION ALL SELECT t || t FROM r) SELECT max(length(t)) FROM r"],
  ["padding by a column", "SELECT max(length(lpad('x', (range * 1000000000)::INTEGER, 'y'))) FROM range(1, 3)"],
  ["format of a huge width", "SELECT printf('%2000000000d', range) FROM range(1, 3)"],
  ["distances of long texts", "SELECT max(levenshtein(repeat('a', 100000), repeat('b', 100000 + range::INTEGER))) FROM range(100)"],
  ["large alternatives of a regular expression", "SELECT regexp_matches(repeat('a', 100000), '((a{1,100}){1,100}){1,100}')"],
  ["a sort that spills", "SELECT max(t) FROM (SELECT repeat(sha256(range::VARCHAR), 4) AS t FROM range(100000000) ORDER BY t LIMIT 90000000)"],
];

async function codeOf(sql: string): Promise<string> {
  try {
    await using result = await engine.sandbox({ sql, relations: {}, files: [] });
    for await (const _batch of result.batches);
    return "no error";
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

describe("slow bombs in a person's query", () => {
  it.each(BOMBS)("%s ends, and the next query is answered", async (_name, sql) => {
    expect(await codeOf(sql)).toMatch(ENDS);
    expect(await codeOf("SELECT 1")).toBe("no error");
    expect(process.memoryUsage().rss).toBeLessThan(600 * MIB);
  });
});
