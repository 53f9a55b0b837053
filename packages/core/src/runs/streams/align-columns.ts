import { join } from "node:path";
import { cast, column, literal, type Query } from "@granary/engine";
import type { GraphColumn } from "@granary/protocol";
import type { Work } from "../carry-out/work.ts";
import { sqlTypeOf } from "../graph-types.ts";
import type { OutputFile, PortOutput } from "../store.ts";
import { useEngine, writePort } from "../steps/write-ports.ts";
import type { KeptChunk } from "./kept-chunks.ts";

const keyOf = (columns: readonly GraphColumn[]): string => JSON.stringify(columns.map(({ name, type }) => [name, type]));

/** All columns any chunk has, in the order they came. Of two types of one column, text holds both. */
function unite(chunks: readonly KeptChunk[], first: readonly GraphColumn[]): readonly GraphColumn[] {
  const united = new Map<string, GraphColumn>(first.map((item) => [item.name, item]));
  for (const { columns } of chunks) {
    for (const item of columns) {
      const known = united.get(item.name);
      united.set(item.name, known === undefined || known.type === item.type ? item : { ...item, type: "text" });
    }
  }
  return [...united.values()];
}

function aligned({ path, columns: own }: KeptChunk, columns: readonly GraphColumn[], folder: string): Query {
  const items = columns.map(({ name, type }) => {
    const source = own.some((item) => item.name === name) ? column(name) : literal(null);
    return { expression: cast(source, sqlTypeOf(type)), as: name };
  });
  return { kind: "select", items, from: { kind: "parquetFiles", paths: [join(folder, path)] } };
}

/** The chunks of a stream as one output: those that have other columns than the rest are written anew. */
export async function alignColumns(work: Work, node: string, chunks: readonly KeptChunk[], first: readonly GraphColumn[]): Promise<PortOutput> {
  const columns = unite(chunks, chunks.length === 0 ? first : (chunks[0]?.columns ?? first));
  const files: OutputFile[] = [];
  for (const chunk of chunks) {
    if (keyOf(chunk.columns) === keyOf(columns)) files.push({ path: chunk.path, rows: chunk.rows, bytes: chunk.bytes });
    else {
      const written = await useEngine(work, chunk.bytes, (session) => writePort(work, session, { node, port: "chunk" }, aligned(chunk, columns, work.folder)));
      files.push(...written.files);
    }
  }
  return { files, columns, rows: files.reduce((sum, { rows }) => sum + rows, 0) };
}
