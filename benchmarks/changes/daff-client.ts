import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Daff {
  readonly Csv: new () => { parseTable(text: string, table: unknown): boolean };
  readonly TableView: new (data: unknown[]) => unknown;
  readonly CompareFlags: new () => { addPrimaryKey(column: string): void; unchanged_context: number };
  compareTables(left: unknown, right: unknown, flags: unknown): { align(): unknown };
  readonly TableDiff: new (alignment: unknown, flags: unknown) => { hilite(output: unknown): boolean };
}

const require = createRequire(import.meta.url);
const daff = require("daff") as Daff;
const [base = "", edited = ""] = process.argv.slice(2);

function read(path: string): unknown {
  const table = new daff.TableView([]);
  new daff.Csv().parseTable(readFileSync(path, "utf8"), table);
  return table;
}

const start = performance.now();
const flags = new daff.CompareFlags();
flags.addPrimaryKey("id");
flags.unchanged_context = 0;
const rows: unknown[][] = [];
const alignment = daff.compareTables(read(base), read(edited), flags).align();
new daff.TableDiff(alignment, flags).hilite(new daff.TableView(rows));
const seconds = (performance.now() - start) / 1000;
/** The first cell of a row says what became of it: `->` changed, `+++` added, `---` removed. */
const changed = rows.filter(([mark]) => /^(-+>|\+\+\+|---)$/.test(String(mark))).length;
process.stdout.write(JSON.stringify({ seconds, changed }));
