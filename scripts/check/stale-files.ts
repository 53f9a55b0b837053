import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A committed file that a program writes. `text` makes its whole content anew, without touching the disk. */
export type GeneratedFile = { readonly path: string; readonly text: () => string | Promise<string> };

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The line number where two texts part, counted from 1. */
function firstDifference(a: string, b: string): number {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const index = left.findIndex((line, position) => line !== right[position]);
  return (index === -1 ? left.length : index) + 1;
}

/** One line per generated file that is missing or differs from what its generator writes now. */
export async function staleFiles(root: string, files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const [found, wanted] = [readIfPresent(join(root, file.path)), await file.text()];
    if (found === wanted) continue;
    const where = found === undefined ? "is missing" : `differs from line ${firstDifference(found, wanted)} on`;
    problems.push(`${file.path} ${where}; run: node scripts/generated.ts --write`);
  }
  return problems;
}
