import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cast, column, type Query } from "@granary/engine";
import { avroContent } from "../src/maintain/erase/traces.ts";
import { parquetSchemaRow, physicalColumns } from "../src/schema/index.ts";
import type { TestLake } from "./lake.ts";

async function parquetText(bed: TestLake, path: string): Promise<string> {
  return bed.engine.use({ kind: "read" }, async (session) => {
    const items = ["name", "num_children", "field_id", "repetition_type"].map((name) => ({ expression: column(name), as: name }));
    const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetSchema", paths: [path] } } });
    const names = physicalColumns(rows.map(parquetSchemaRow)).map((field) => field.name);
    const query: Query = {
      kind: "select",
      items: names.map((name, index) => ({ expression: cast(column(name), { kind: "text" }), as: `c${index}` })),
      from: { kind: "parquetFiles", paths: [path] },
    };
    return JSON.stringify((await session.run({ kind: "query", query })).rows);
  });
}

/** Everything that can be read out of the warehouse of a table, and what is not yet in its place: the bytes of each file, and what is packed inside. */
async function storedBytes(bed: TestLake, tableName: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(bed.warehouse, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !(path.includes(tableName) || path.includes(".staging"))) continue;
    const raw = readFileSync(path);
    const inside = path.endsWith(".parquet") ? await parquetText(bed, path) : path.endsWith(".avro") ? avroContent(raw).toString("latin1") : "";
    found.set(path, raw.toString("latin1") + inside);
  }
  return found;
}

/** The files of a table that hold one of some texts. */
export async function filesWith(bed: TestLake, tableName: string, ...texts: readonly string[]): Promise<readonly string[]> {
  return [...(await storedBytes(bed, tableName))].filter(([, content]) => texts.some((text) => content.includes(text))).map(([path]) => path);
}
