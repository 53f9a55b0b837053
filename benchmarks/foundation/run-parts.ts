import { type Figure, report } from "./report.ts";

/** Runs the parts of a benchmark named on the command line, or all of them, and reports their figures; a missed goal is the exit code 1. */
export async function runParts(parts: Readonly<Record<string, () => Promise<Figure[]>>>): Promise<void> {
  const asked = process.argv.slice(2);
  const figures: Figure[] = [];
  for (const name of asked.length === 0 ? Object.keys(parts) : asked) {
    const part = parts[name];
    if (part === undefined) throw new Error(`${name}: no such part; known: ${Object.keys(parts).join(", ")}`);
    figures.push(...(await part()));
  }
  process.exitCode = report(figures) ? 0 : 1;
}
