import { type Figure, report } from "../foundation/report.ts";
import { commits } from "./commits.ts";
import { diff } from "./diff.ts";
import { pages } from "./pages.ts";
import { scan } from "./scan.ts";
import { write } from "./write.ts";

const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  commits,
  diff,
  pages,
  scan,
  write,
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
