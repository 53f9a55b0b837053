import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entity } from "@granary/protocol";
import { Random } from "./random.ts";
import { TABLES } from "./tables.ts";
import type { Half } from "./words.ts";

const FOLDER = fileURLToPath(new URL("../../test/corpus/personal-data", import.meta.url));
const FOLDERS = { tuning: "tuning", heldOut: "held-out" } as const satisfies Record<Half, string>;
const ROWS = 60;
const SEED = 20_260_601;

/** Kinds of personal data by column by file; an empty list for a column without any. */
export type Labels = Readonly<Record<string, Readonly<Record<string, readonly Entity[]>>>>;

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);

/** Writes the corpus anew. The same program writes the same files everywhere. */
export function writeCorpus(): void {
  for (const half of ["tuning", "heldOut"] as const) {
    const folder = join(FOLDER, FOLDERS[half]);
    mkdirSync(folder, { recursive: true });
    const labels: Record<string, Record<string, readonly Entity[]>> = {};
    TABLES[half].forEach(({ file, columns }, table) => {
      const random = new Random(SEED + table + (half === "tuning" ? 0 : 1_000));
      const rows = Array.from({ length: ROWS }, (_, row) => columns.map(({ cell }) => quoted(cell(random, row))).join(","));
      writeFileSync(join(folder, file), `${[columns.map(({ name }) => quoted(name)).join(","), ...rows].join("\n")}\n`);
      labels[file] = Object.fromEntries(columns.map(({ name, label }) => [name, label]));
    });
    writeFileSync(
      join(folder, "labels.json"),
      `${JSON.stringify(labels, null, 2).replace(/\[\s+([^\]]*?)\s+\]/g, (_, items: string) => `[${items.replace(/\s+/g, " ")}]`)}\n`,
    );
  }
}

/** The cells of a CSV file of the corpus, whose cells have no line breaks. */
function readCsv(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? ""));
}

export interface LabelledColumn {
  readonly file: string;
  readonly name: string;
  readonly label: readonly Entity[];
  /** Its different values. */
  readonly values: readonly string[];
}

/** Every column of one half of the corpus, as it lies in the repository. */
export function readCorpus(half: Half): readonly LabelledColumn[] {
  const folder = join(FOLDER, FOLDERS[half]);
  const labels = JSON.parse(readFileSync(join(folder, "labels.json"), "utf8")) as Labels;
  return Object.entries(labels).flatMap(([file, columns]) => {
    const [head = [], ...rows] = readCsv(readFileSync(join(folder, file), "utf8"));
    return head.map((name, at) => ({ file, name, label: columns[name] ?? [], values: [...new Set(rows.map((row) => row[at] ?? ""))] }));
  });
}
