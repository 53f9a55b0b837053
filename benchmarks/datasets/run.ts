import { type Figure, report } from "../foundation/report.ts";
import { downloadCsv } from "./download-csv.ts";
import { grid } from "./grid.ts";
import { rowPages } from "./row-pages.ts";

const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  "row-pages": rowPages,
  "download-csv": downloadCsv,
  grid,
};

const asked = process.argv.slice(2);
const names = asked.length === 0 ? Object.keys(parts) : asked;
const figures: Figure[] = [];
for (const name of names) {
  const part = parts[name];
  if (part === undefined) throw new Error(`${name}: no such part; known: ${Object.keys(parts).join(", ")}`);
  figures.push(...(await part()));
}
process.exitCode = report(figures) ? 0 : 1;
