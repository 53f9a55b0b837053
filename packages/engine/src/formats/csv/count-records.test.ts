import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countRecords } from "./count-records.ts";

const context = { signal: new AbortController().signal, onProgress: (): void => undefined };
const dialect = { delimiter: ",", quote: '"', header: true } as const;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "granary-count-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function count(content: string, lineEnd: "lf" | "crlf" | "cr" = "lf", header = true): Promise<number> {
  const path = join(dir, "file.csv");
  writeFileSync(path, content);
  return (await countRecords({ path, dialect: { ...dialect, header }, lineEnd }, context)).records;
}

describe("counting records", () => {
  it("counts what stands below the header, with or without a last line end", async () => {
    expect(await count("a,b\n1,2\n3,4\n")).toBe(2);
    expect(await count("a,b\n1,2\n3,4")).toBe(2);
    expect(await count("1,2\n3,4", "lf", false)).toBe(2);
    expect(await count("a,b\n")).toBe(0);
  });

  it("takes line ends inside quotes for text", async () => {
    expect(await count('a,b\n"x\ny",2\n"he said ""no\n""",4\n')).toBe(2);
  });

  it("leaves blank lines out, whatever line ends are made of", async () => {
    expect(await count("a\n\n1\n\n\n2\n")).toBe(2);
    expect(await count("a\r\n\r\n1\r\n2\r\n", "crlf")).toBe(2);
    expect(await count("a\r1\r\r2\r", "cr")).toBe(2);
  });

  it("counts the same however lines fall into the chunks that are read", async () => {
    const line = `"${"x\n".repeat(700)}",${"y".repeat(1000)}\r\n`;
    expect(await count(`a,b\r\n${line.repeat(2500)}`, "crlf")).toBe(2500);
  });
});
