import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generateSchema } from "../src/schema/index.ts";

const FILES = { schema: "packages/db/src/schema.sql", tables: "packages/db/src/tables.gen.ts" } as const;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

let generated: ReturnType<typeof generateSchema> | undefined;

async function textOf(kind: keyof typeof FILES): Promise<string> {
  generated ??= generateSchema();
  return (await generated)[kind];
}

/** What the checkout's list of generated files needs: paths from its root, and their text, made on the first call. */
export const SCHEMA_FILES: readonly { readonly path: string; readonly text: () => Promise<string> }[] = [
  { path: FILES.schema, text: () => textOf("schema") },
  { path: FILES.tables, text: () => textOf("tables") },
];

async function write(): Promise<void> {
  for (const file of SCHEMA_FILES) await writeFile(`${ROOT}${file.path}`, await file.text());
}

async function check(): Promise<void> {
  for (const file of SCHEMA_FILES) {
    if ((await readFile(`${ROOT}${file.path}`, "utf8").catch(() => "")) === (await file.text())) continue;
    console.error(`${file.path} does not match the migrations; run: node packages/db/scripts/generate.ts`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await (process.argv.includes("--check") ? check() : write());
