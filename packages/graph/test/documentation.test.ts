import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseExpression } from "@granary/graph";
import { describe, expect, it } from "vitest";

const page = readFileSync(join(import.meta.dirname, "../../../docs/expressions.md"), "utf8");

describe("the page about expressions", () => {
  it("shows nothing that cannot be read", () => {
    const lines = [...page.matchAll(/```\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect([line, parseExpression(line).fault]).toEqual([line, undefined]);
  });
});
