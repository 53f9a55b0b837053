import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Manifest } from "vite";

/** What a first visit may load in script, compressed: the sign-in page and then the home page. */
export const LIMIT_BYTES = 230 * 1_024;

/** The lazy modules of each first route, as the router names them. */
const FIRST_ROUTES = {
  "sign-in": ["src/pages/gate/gate-layout.tsx", "src/pages/gate/sign-in-page.tsx"],
  home: ["src/shell/shell.tsx", "src/pages/home/home-page.tsx"],
} as const;

/** Every script that the named modules need, with all they import at once. */
export function scriptsOf(manifest: Manifest, modules: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>();
  const walk = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the build has no chunk for ${key}`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const imported of chunk.imports ?? []) walk(imported);
  };
  for (const module of modules) walk(module);
  return files;
}

function gzipBytes(directory: string, files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(directory, file)), { level: 9 }).byteLength, 0);
}

const kib = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KiB`;

/** Builds the application aside and prints what each first route loads. Answers the larger of the routes, and both together. */
export async function measureBundle(root: string): Promise<{ readonly together: number }> {
  const outDir = mkdtempSync(join(tmpdir(), "granary-bundle-"));
  try {
    await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
    const manifest = JSON.parse(readFileSync(join(outDir, ".vite/manifest.json"), "utf8")) as Manifest;
    const together = new Set<string>();
    for (const [route, modules] of Object.entries(FIRST_ROUTES)) {
      const files = scriptsOf(manifest, ["index.html", ...modules]);
      for (const file of files) together.add(file);
      console.log(`${route.padEnd(22)} ${kib(gzipBytes(outDir, files)).padStart(10)} gzip in ${files.size} scripts`);
    }
    const total = gzipBytes(outDir, together);
    console.log(`${"both, one after another".padEnd(22)} ${kib(total).padStart(9)} gzip in ${together.size} scripts; limit ${kib(LIMIT_BYTES)}`);
    return { together: total };
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { together } = await measureBundle(join(import.meta.dirname, ".."));
  process.exitCode = together > LIMIT_BYTES ? 1 : 0;
}
