import { type FileHandle, open } from "node:fs/promises";
import type { Row } from "@granary/engine";
import { problem } from "@granary/protocol";
import { resultPath } from "./result-file.ts";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;

/** A row, and where the next one begins. */
export interface KeptRow {
  readonly row: Row;
  readonly end: number;
}

/** The file of a result; `sql.result_expired` when it is not there any more. */
export async function openResult(dataDir: string, queryId: string): Promise<FileHandle> {
  try {
    return await open(resultPath(dataDir, queryId), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw problem("sql.result_expired", {}, { cause: error });
    throw error;
  }
}

const rowOf = (line: string): Row => Object.values(JSON.parse(line) as Record<string, Row[number]>);

/** The rows from a place that `KeptRow.end` told, a chunk of the file at a time. Throws for a place where no row begins. */
export async function* readResult(file: FileHandle, from: number): AsyncGenerator<readonly KeptRow[]> {
  let begin = from;
  let rest = Buffer.alloc(0);
  for (let position = from; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    const rows: KeptRow[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      begin += end + 1 - start;
      rows.push({ row: rowOf(bytes.toString("utf8", start, end)), end: begin });
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rows.length > 0) yield rows;
  }
}
