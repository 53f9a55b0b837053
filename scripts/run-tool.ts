import { spawn } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");

/** Entry files of the development tools, run with this very Node; `.bin` shims would depend on npm's bin-links setting. */
const TOOLS = {
  biome: "@biomejs/biome/bin/biome",
  oxlint: "oxlint/bin/oxlint",
  tsc: "typescript/bin/tsc",
  knip: "knip/bin/knip.js",
  vitest: "vitest/vitest.mjs",
} as const;

export type Tool = keyof typeof TOOLS;
export type ToolResult = { readonly code: number; readonly output: string };

/** Absolute path of a tool's entry file. */
export function toolPath(tool: Tool): string {
  return join(ROOT, "node_modules", TOOLS[tool]);
}

/** Runs a program to its end and answers its exit code with everything it printed; never throws for a failing program. */
export function capture(file: string, args: readonly string[], cwd = ROOT): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8").trim() }));
  });
}

/** Runs one of the development tools in `cwd` and captures its output. */
export function runTool(tool: Tool, args: readonly string[], cwd = ROOT): Promise<ToolResult> {
  return capture(process.execPath, [toolPath(tool), ...args], cwd);
}
