import { existsSync, globSync } from "node:fs";
import { join } from "node:path";

const SOURCE_GLOBS = ["{packages,apps}/*/{src,test,scripts}/**/*.{ts,tsx}", "scripts/**/*.{ts,mjs}", "test/**/*.ts", "benchmarks/**/*.ts"];

/** Every TypeScript and JavaScript source of ours, relative to `root`: what a linter must at least have read. */
export function sourceFiles(root: string): readonly string[] {
  return SOURCE_GLOBS.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: (path) => path === "node_modules" || path === "dist" }));
}

/** Whether a TypeScript project has anything to compile yet. */
export function hasSources(root: string, folder: string): boolean {
  return existsSync(join(root, folder)) && globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).length > 0;
}
