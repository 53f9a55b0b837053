import { column, type EngineSession } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { FileIo } from "../file-io/index.ts";
import type { ContentFile } from "../iceberg/index.ts";
import { type ParquetSchemaRow, parquetSchemaRow, physicalColumns, type PhysicalField } from "../schema/index.ts";
import { ImmutableCache } from "../table/index.ts";

/** A file's columns as its footer has them. */
export type FileLayout = readonly PhysicalField[];

const MAX_CACHED_BYTES = 16 * 1024 * 1024;
const FIELD_BYTES = 150;
const FILES_AT_ONCE = 256;

const weigh = (fields: FileLayout): number => fields.reduce((sum, field) => sum + FIELD_BYTES + weigh(field.children), FIELD_BYTES);

/** Footers never change, so each is read once per process and storage. */
const caches = new WeakMap<FileIo, ImmutableCache<FileLayout>>();

function cacheOf(fileIo: FileIo): ImmutableCache<FileLayout> {
  const known = caches.get(fileIo) ?? new ImmutableCache<FileLayout>(MAX_CACHED_BYTES, weigh);
  caches.set(fileIo, known);
  return known;
}

async function askEngine(session: Pick<EngineSession, "run">, paths: readonly string[]): Promise<ReadonlyMap<string, FileLayout>> {
  const names = ["file_name", "name", "num_children", "field_id", "repetition_type"];
  const items = names.map((name) => ({ expression: column(name), as: name }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from: { kind: "parquetSchema", paths } } });
  const byPath = new Map<string, ParquetSchemaRow[]>();
  for (const [path, ...row] of rows) {
    const known = byPath.get(String(path));
    if (known === undefined) byPath.set(String(path), [parquetSchemaRow(row)]);
    else known.push(parquetSchemaRow(row));
  }
  return new Map([...byPath].map(([path, lines]) => [path, physicalColumns(lines)]));
}

/** The layouts of Parquet files by their address, from memory where they are known. `paths` says where each file lies. */
export async function readLayouts(
  fileIo: FileIo,
  session: Pick<EngineSession, "run">,
  files: readonly ContentFile[],
  paths: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, FileLayout>> {
  const cache = cacheOf(fileIo);
  const found = new Map<string, FileLayout>();
  const missing: { readonly uri: string; readonly path: string }[] = [];
  for (const { uri } of files) {
    const known = cache.find(uri);
    if (known !== undefined) found.set(uri, known);
    else missing.push({ uri, path: paths.get(uri) ?? "" });
  }
  for (let from = 0; from < missing.length; from += FILES_AT_ONCE) {
    const some = missing.slice(from, from + FILES_AT_ONCE);
    const layouts = await askEngine(
      session,
      some.map((file) => file.path),
    );
    for (const { uri, path } of some) {
      const layout = layouts.get(path);
      if (layout === undefined) throw problem("storage.corrupt", { name: uri.slice(uri.lastIndexOf("/") + 1), reason: "it describes no columns" });
      cache.set(uri, layout);
      found.set(uri, layout);
    }
  }
  return found;
}
