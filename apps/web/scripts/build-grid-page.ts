import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build } from "vite";

/** Builds the page that holds nothing but the grid, for the benchmark that scrolls it. */
export async function buildGridPage(outDir: string): Promise<void> {
  const root = fileURLToPath(new URL("../test/grid-page/", import.meta.url));
  await build({ root, configFile: false, base: "./", logLevel: "error", plugins: [react()], build: { outDir, emptyOutDir: true } });
}
