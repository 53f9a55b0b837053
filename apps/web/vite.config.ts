import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const COMPRESSIBLE = /\.(js|css|svg|html|webmanifest)$/;
const WORTH_BYTES = 1_024;

/** Stores a brotli and a gzip copy beside every text file, so that the server never compresses the same asset twice. */
function precompress(): Plugin {
  let outDir = "";
  return {
    name: "granary-precompress",
    apply: "build",
    configResolved: (config) => {
      outDir = join(config.root, config.build.outDir.startsWith("/") ? "" : config.build.outDir);
      if (config.build.outDir.startsWith("/")) outDir = config.build.outDir;
    },
    closeBundle: () => {
      for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
        if (!COMPRESSIBLE.test(name)) continue;
        const bytes = readFileSync(join(outDir, name));
        if (bytes.byteLength < WORTH_BYTES) continue;
        writeFileSync(join(outDir, `${name}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
        writeFileSync(join(outDir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** Preloads the two fonts of the first screen; without it they are found only after the style sheet was read. */
function preloadFonts(): Plugin {
  const wanted = [/ibm-plex-sans-latin-wght-normal-.*\.woff2$/, /ibm-plex-mono-latin-400-normal-.*\.woff2$/];
  return {
    name: "granary-preload-fonts",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, context) =>
        Object.keys(context.bundle ?? {})
          .filter((name) => wanted.some((pattern) => pattern.test(name)))
          .map((name) => ({
            tag: "link",
            injectTo: "head" as const,
            attrs: { rel: "preload", href: `/${name}`, as: "font", type: "font/woff2", crossorigin: "" },
          })),
    },
  };
}

/**
 * Merges what the first page needs into a few chunks: left to itself the build makes some forty small ones, and asking for
 * them takes longer than loading them. The names the merging makes up are too long for an address.
 */
const chunks = {
  chunkFileNames: ({ name }: { readonly name: string }) => `assets/${name.startsWith("first~") ? "first" : "[name]"}-[hash].js`,
  codeSplitting: { groups: [{ name: "first", tags: ["$initial" as const], entriesAware: true, entriesAwareMergeThreshold: 60_000 }] },
  // Merged chunks import each other in circles, which only works when modules run in the order they are imported in.
  strictExecutionOrder: true,
};

const server = process.env["GRANARY_DEV_SERVER"] ?? "http://127.0.0.1:4400";

export default defineConfig({
  plugins: [react(), preloadFonts(), precompress()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: chunks },
  },
  server: { proxy: { "/api/v1": { target: server, ws: true }, "/api/openapi.json": server } },
});
