import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { column, type CsvDialect, type EngineSession, prepareFile, type PreparedFile } from "@granary/engine";
import { afterAll, expect, it } from "vitest";
import { sampleRecords } from "./sample-records.ts";
import { testEngine } from "./engine.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const FINE = ["a", "1", "", '"q"', '"a,b"', '"x\ny"', '"x""y"', 'a"b', ' "s" ', '"z" ', " sp ", '""', "ä€😀"];
const BROKEN = ['"ab"c', '"a" b', '"a"b"c', '"a""'];
const LINE_ENDS = ["\n", "\r\n", "\r"] as const;

/** A generator of its own, so that a failing seed can be run again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function generate(seed: number): string {
  const random = randomOf(seed);
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const columns = 1 + random(4);
  const hasFaults = seed % 2 === 1;
  const isMixed = hasFaults && random(3) === 0;
  const mainEnd = pick(LINE_ENDS);
  const lineEnd = (): string => (isMixed ? pick(LINE_ENDS) : mainEnd);
  const value = (): string => (hasFaults && random(12) === 0 ? pick(BROKEN) : pick(FINE)).replaceAll("\n", mainEnd);
  let text = Array.from({ length: columns }, (_, index) => `h${index}`).join(",") + lineEnd();
  const records = random(8);
  for (let record = 0; record < records; record += 1) {
    const width = hasFaults && random(6) === 0 ? 1 + random(5) : columns;
    if (random(10) === 0) text += lineEnd();
    text += Array.from({ length: width }, value).join(",");
    if (record < records - 1 || random(2) === 0) text += lineEnd();
  }
  return text;
}

const DIALECT: CsvDialect = { delimiter: ",", quote: '"', header: true };
const OPTIONS = { kind: "delimited", encoding: "utf-8", delimited: { delimiter: ",", quote: '"', skipLines: 0, headerRows: 1 } } as const;

/** Blank lines are rows only where there is one column; left out on both sides, they need no rule here. */
const withoutBlank = (rows: readonly (readonly string[])[]): readonly (readonly string[])[] => rows.filter((row) => row.length > 1 || row[0] !== "");

async function loadedValues(session: EngineSession, file: PreparedFile): Promise<readonly (readonly string[])[]> {
  const items = file.columns.map(({ key }) => ({ expression: column(key), as: key }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: file.relation } });
  return rows.map((row) => row.map((value) => String(value ?? "")));
}

it("loads every value of generated files as a second parser reads it, and sets aside every broken record", async () => {
  await harness.engine.use({ kind: "job" }, async (session) => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const text = generate(seed);
      const about = `seed ${seed}: ${JSON.stringify(text)}`;
      const path = join(harness.dir, "generated.csv");
      writeFileSync(path, text);
      const file = await prepareFile(session, { path, maxListed: 100, options: OPTIONS }).catch((cause: unknown) => {
        throw new Error(about, { cause });
      });
      expect(file.loaded + file.rejectedCount, about).toBe(file.records);
      if (seed % 2 === 1) continue;
      const { records } = sampleRecords(text, DIALECT, { complete: true, maxRecords: 100 });
      expect([file.rejectedCount, withoutBlank(await loadedValues(session, file))], about).toEqual([0, withoutBlank(records.slice(1))]);
    }
  });
});
