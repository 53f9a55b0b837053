import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { column, type FileOptions, prepareFile } from "@granary/engine";
import { afterAll, expect, it } from "vitest";
import { testEngine } from "./engine.ts";
import { encodeAs } from "./formats-files.ts";

const harness = testEngine();
afterAll(() => harness[Symbol.asyncDispose]());

const WORDS = [
  "alpha",
  "0012",
  "1,5",
  "Größe",
  "naïve",
  "x;y",
  "a|b",
  "tab\there",
  'say "no"',
  "it's",
  "two\nlines",
  " pad ",
  "back\\slash",
  "",
  "2024-01-02",
  "é€",
  "n/a",
  "'q'",
];
const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
const DELIMITERS = [",", ";", "\t", "|", "^", "#", " ", "\u0001"] as const;

type Table = readonly (readonly (string | null)[])[];

/** A generator of its own, so that a failing seed can be run again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

interface Case {
  readonly table: Table;
  readonly bytes: Buffer;
  readonly options: FileOptions;
}

function generate(seed: number): Case {
  const random = randomOf(seed);
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const delimiter = pick(DELIMITERS);
  const quote = pick(['"', "'", "§"]);
  const escape = random(3) === 0 ? "backslash" : "double";
  const lineEnd = pick(["\n", "\r\n", "\r"]);
  const encoding = pick(ENCODINGS);
  const width = 2 + random(4);
  const table = Array.from({ length: 1 + random(8) }, () => Array.from({ length: width }, () => (random(8) === 0 ? null : pick(WORDS))));
  const doubled = (value: string): string =>
    escape === "double" ? value.replaceAll(quote, quote + quote) : value.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  const written = (value: string | null): string => (value === null ? "" : `${quote}${doubled(value)}${quote}`);
  const header = Array.from({ length: width }, (_, index) => `h${index}`);
  const text = [header.join(delimiter), ...table.map((row) => row.map(written).join(delimiter))].join(lineEnd) + (random(2) === 0 ? lineEnd : "");
  const mark = encoding === "windows-1252" || random(2) === 0 ? "" : "\ufeff";
  const plain = encodeAs(encoding, mark + text);
  return {
    table,
    bytes: random(4) === 0 ? gzipSync(plain) : plain,
    options: { encoding, delimited: { delimiter, quote, escape, headerRows: 1, skipLines: 0 } },
  };
}

it("gives back every generated table, whatever its dialect, encoding and packing", async () => {
  await harness.engine.use({ kind: "job" }, async (session) => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { table, bytes, options } = generate(seed);
      const path = join(harness.dir, "generated.dat");
      writeFileSync(path, bytes);
      const file = await prepareFile(session, { path, options });
      const items = file.columns.map(({ key }) => ({ expression: column(key), as: key }));
      const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: file.relation } });
      const about = `seed ${seed}: ${JSON.stringify(options)}`;
      expect([file.rejectedCount, rows], about).toEqual([0, table.filter((row) => row.length > 1)]);
    }
  });
}, 240_000);
